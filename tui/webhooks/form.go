package webhooks

import (
	"context"
	"errors"
	"slices"

	"backchannel/storage"
	"backchannel/tui/component"
	"backchannel/tui/screen"
)

// A formStore is the part of the store that the form uses.
type formStore interface {
	Webhooks(context.Context) ([]storage.Webhook, error)
	Webhook(context.Context, storage.ID) (storage.Webhook, error)
	CreateWebhook(context.Context, *storage.Webhook) error
	UpdateWebhook(context.Context, *storage.Webhook) error
}

// form is the form that creates or edits a webhook.
type form = screen.RecordForm[storage.Webhook]

// newForm returns a form that edits w, or creates it if it has no ID yet. The form's values never contain
// the secrets of w.
func newForm(e *screen.Env, store formStore, rules storage.Rules, w storage.Webhook) *form {
	validator := validator{allowHTTP: rules.AllowHTTP}
	return screen.NewRecordForm(e, screen.RecordFormSpec[storage.Webhook]{
		View:     screen.ViewWebhooks,
		Title:    formTitle,
		Name:     func(w storage.Webhook) string { return w.Name },
		ID:       func(w storage.Webhook) storage.ID { return w.ID },
		Sections: func(w storage.Webhook) []component.Section { return fields{e, w}.sections() },
		Apply:    apply,
		Check:    validator.errors,
		ByField: func(bad storage.FieldErrors, v component.Values) map[string]string {
			return byField(bad, secretField(storage.Algorithm(v.Text(fieldAlgorithm))))
		},
		CheckStored: func(ctx context.Context, w storage.Webhook) storage.FieldErrors {
			return checkStored(ctx, store, rules, w)
		},
		Save: func(ctx context.Context, w *storage.Webhook) error {
			if w.ID == 0 {
				return store.CreateWebhook(ctx, w)
			}
			return store.UpdateWebhook(ctx, w)
		},
		Saved: func(ctx context.Context, w storage.Webhook, created bool) component.Toast {
			return savedToast(w, w.Warnings(ctx, rules), created, e.KeyFor("f"))
		},
		Read: store.Webhook,
		Anew: func(w storage.Webhook) storage.Webhook {
			w.ID, w.Version = 0, 0
			return w
		},
		Merge: func(mine component.Values, base, theirs storage.Webhook) storage.Webhook {
			if _, changed := mine[fieldHeaders]; changed {
				// A row that was not edited keeps its secret by its index, which counts in the
				// headers that the form began with.
				theirs.Headers = base.Headers
			}
			return theirs
		},
		Masked: maskedChanges,
		Keys:   headerBindings,
	}, w)
}

// maskedChanges returns the fields whose secrets differ. The values of a form do not contain secrets, so
// comparing those would miss the difference.
func maskedChanges(base, theirs storage.Webhook) (fields []string) {
	if theirs.Auth.Type == storage.AuthJWT && base.Auth.JWT.Secret != theirs.Auth.JWT.Secret {
		fields = append(fields, secretField(theirs.Auth.JWT.Algorithm))
	}
	if !slices.Equal(base.Headers, theirs.Headers) {
		fields = append(fields, fieldHeaders)
	}
	return fields
}

// formTitle returns Adobe's name of the form.
func formTitle(w storage.Webhook) string {
	if w.ID == 0 {
		return "Create Feedback Webhook"
	}
	return "Edit " + w.Name
}

// headerBindings returns the keys of the header rows, for the footer. The field itself handles them.
func headerBindings(field string) []screen.Binding {
	if field != fieldHeaders {
		return nil
	}
	return []screen.Binding{
		{Shown: "enter", Label: "add", Help: "Add a header, on the last line; elsewhere the next cell"},
		{Shown: "ctrl+x", Label: "remove", Help: "Remove the header"},
		{Shown: "alt+↑↓", Label: "move", Help: "Move the header up or down; ctrl+↑↓ does too"},
		{Shown: "space", Label: "secret", Help: "Keep the header's value encrypted and masked"},
	}
}

// checkStored returns the errors that need I/O: conflicts with other webhooks, and errors in files.
func checkStored(ctx context.Context, store formStore, rules storage.Rules, w storage.Webhook) storage.FieldErrors {
	w.Normalize()
	var bad storage.FieldErrors
	errors.As(w.Validate(ctx, rules), &bad)
	others, err := store.Webhooks(ctx)
	if err != nil {
		return bad // saving will find the conflicts, or fail with err
	}
	return append(bad, w.Conflicts(others...)...)
}

// savedToast returns the toast after a webhook was saved, with its warnings or, for a new one, the key that
// fires an event at it.
func savedToast(w storage.Webhook, warnings storage.FieldErrors, created bool, fireKey string) component.Toast {
	verb, hint := "saved", ""
	if created {
		verb, hint = "created", ". Press "+fireKey+" to fire an event at it"
	}
	if warnings = shownWarnings(warnings); len(warnings) > 0 {
		return screen.Warn(w.Name + " " + verb + ", but " + screen.OneLine(warnings))
	}
	return screen.Good(w.Name + " " + verb + hint)
}

// shownWarnings omits the warning about the organization. It is always shown beside the organization, and
// would be noise elsewhere, because organizations in tests rarely have Adobe's form.
func shownWarnings(all storage.FieldErrors) storage.FieldErrors {
	return slices.DeleteFunc(slices.Clone(all), func(w storage.FieldError) bool { return w.Field == fieldOrganization })
}

// Form returns a form that edits a webhook, or creates it if it has no ID yet, for use without
// the screen.
func Form(e *screen.Env, store formStore, rules storage.Rules, w storage.Webhook) *screen.RecordForm[storage.Webhook] {
	return newForm(e, store, rules, w)
}
