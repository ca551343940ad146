package resend

import (
	"context"
	"fmt"
	"strings"

	"backchannel/fixtures/fire"
	"backchannel/storage"
	"backchannel/tui/component"
	"backchannel/tui/screen"

	tea "github.com/charmbracelet/bubbletea"
)

// toURL is the option that chooses a URL instead of a webhook. It cannot be the ID of a webhook, which is
// a number.
const toURL = "url"

// The choices of the token.
const (
	tokenNew = "new"
	tokenOld = "old"
)

// targetSection declares the fields that say where and how the body is sent. It is collapsed at first,
// because most often a person only changes the body.
func (r *form) targetSection() component.Section {
	sentToURL := func(v component.Values) bool { return v.Text(resendTo) == toURL }
	return component.Section{
		Title: "Where and how", Collapsible: true, Summary: r.summary,
		Fields: []component.Field{
			{ID: resendTo, Label: "To", Kind: component.ChoiceField, Options: r.targets(), Start: component.Value{Text: r.receipt.WebhookID.String()},
				Help: "The webhook that it was sent for, another one, or a URL. Left and right choose."},
			{ID: resendURL, Label: "URL", Visible: sentToURL, Help: "HTTPS, or " + storage.BuiltinReceiver + ". It is sent there in one attempt, which is not retried."},
			{ID: resendToken, Label: "Token", Kind: component.RadioField, Start: component.Value{Text: tokenNew},
				Options: []component.Option{{ID: tokenNew, Label: "a new one"}, {ID: tokenOld, Label: "the old one"}},
				Help:    "The old one is sent with the received headers, in one attempt; a new one with the webhook's headers."},
			{ID: resendHeaders, Label: "Headers", Kind: component.RowsField, Add: "add or replace a header", Between: ":", Pairs: true, Max: storage.MaxHeaders,
				Help: "Each replaces the headers with its name, in one attempt; one without a value removes them."},
		},
	}
}

// targets returns the options for where to send: the receipt's webhook, the others, and a URL.
func (r *form) targets() []component.Option {
	own := r.receipt.WebhookID.String()
	all := []component.Option{{ID: own, Label: r.receipt.Webhook}}
	for _, w := range r.Env.Targets.Webhooks {
		if w.ID.String() != own {
			all = append(all, component.Option{ID: w.ID.String(), Label: w.Name})
		}
	}
	if r.Attempt != nil {
		all = append(all, component.Option{ID: toURL, Label: "a URL"})
	}
	return all
}

// summary describes the values of the section while it is collapsed.
func (r *form) summary(v component.Values) string {
	a := r.again(v)
	to := "to " + r.receipt.Webhook
	switch {
	case v.Text(resendTo) == toURL:
		to = "to " + storage.WithoutTokens(a.URL)
	case a.To.ID != 0:
		to = "to " + a.To.Name
	}
	if a.OriginalHeaders {
		to += ", the old token"
	} else {
		to += ", a new token"
	}
	if len(a.Headers) > 0 {
		to += fmt.Sprintf(", %d other headers", len(a.Headers))
	}
	return to
}

// again returns the request that the form describes.
func (r *form) again(v component.Values) fire.Resend {
	a := fire.Resend{Of: r.receipt, OriginalHeaders: v.Text(resendToken) == tokenOld, Body: []byte(v.Text(resendBody))}
	if to := v.Text(resendTo); to == toURL {
		a.URL = strings.TrimSpace(v.Text(resendURL))
	} else if id, err := storage.ParseID(to); err == nil && id != r.receipt.WebhookID {
		a.To, _ = r.Env.Targets.Find(id)
	}
	for _, row := range v[resendHeaders].Rows {
		a.Headers = append(a.Headers, storage.HeaderField{Name: strings.TrimSpace(row.Name), Value: strings.TrimSpace(row.Value)})
	}
	return a
}

// check returns the errors by field. Package fire reports a bad URL as an error of the target, which is
// another field of the form.
func (r *form) check(v component.Values) map[string]string {
	wrong := map[string]string{}
	a := r.again(v)
	if v.Text(resendTo) == toURL && a.URL == "" {
		wrong[resendURL] = "is needed; give an HTTPS URL, or " + storage.BuiltinReceiver
	}
	for _, e := range a.Validate(r.Env.Context, r.Rules) {
		field := e.Field
		if field == resendTo {
			field = resendURL
		}
		if wrong[field] == "" {
			wrong[field] = e.Reason
		}
	}
	return wrong
}

// send queues the body as a new event, if that is possible, or else sends it in one attempt.
func (r *form) send(a fire.Resend) tea.Cmd {
	if a.Queued() || r.Attempt == nil {
		return screen.Queue(r.Env.Context, func(ctx context.Context) ([]storage.Delivery, error) { return a.Queue(ctx, r.Store) })
	}
	store, send := r.Store, r.Attempt
	return screen.Act(r.Env.Context, func(ctx context.Context) (string, error) {
		receipt, sender, err := a.Request(ctx, store)
		if err != nil {
			return "", fmt.Errorf("resend: %w", err)
		}
		attempt, err := send(ctx, receipt, sender)
		switch shown := storage.WithoutTokens(sender.URL); {
		case err != nil:
			return "", fmt.Errorf("resend: %w", err)
		case attempt.ErrorClass != "":
			return "", fmt.Errorf("resent to %s: %s", shown, attempt.Error)
		default:
			return fmt.Sprintf("resent to %s: %d", shown, attempt.Code), nil
		}
	})
}

// editBody opens the body in the person's editor.
func (r *form) editBody() tea.Cmd {
	return r.Env.Edit(r.form.Values().Text(resendBody), ".json", func(text string) tea.Cmd {
		r.form.Fill(component.Values{resendBody: {Text: text}})
		return nil
	})
}
