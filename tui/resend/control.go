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

// elsewhere is the choice of a URL instead of a webhook, which no webhook has as its ID.
const elsewhere = "url"

// The choices of the token.
const (
	tokenNew = "new"
	tokenOld = "old"
)

// control declares where and how the body is sent. It is closed at first, because most often a
// person only changes the body.
func (r *form) control() component.Section {
	toURL := func(v component.Values) bool { return v.Text(resendTo) == elsewhere }
	return component.Section{
		Title: "Where and how", Collapsible: true, Summary: r.summary,
		Fields: []component.Field{
			{ID: resendTo, Label: "To", Kind: component.ChoiceField, Options: r.targets(), Start: component.Value{Text: r.receipt.WebhookID.String()},
				Help: "The webhook that it came for, another one, or a URL. Left and right choose."},
			{ID: resendURL, Label: "URL", Visible: toURL, Help: "HTTPS, or " + storage.BuiltinReceiver + ". It is sent there in one attempt, which is not retried."},
			{ID: resendToken, Label: "Token", Kind: component.RadioField, Start: component.Value{Text: tokenNew},
				Options: []component.Option{{ID: tokenNew, Label: "a new one"}, {ID: tokenOld, Label: "the old one"}},
				Help:    "The old one goes with the headers that came, in one attempt; a new one with those of the webhook."},
			{ID: resendHeaders, Label: "Headers", Kind: component.RowsField, Add: "add or replace a header", Between: ":", Pairs: true, Most: storage.MaxHeaders,
				Help: "Each is sent instead of what has its name, in one attempt; one without a value takes that away."},
		},
	}
}

// targets returns the webhook that the receipt was for, the others, and a URL.
func (r *form) targets() []component.Option {
	own := r.receipt.WebhookID.String()
	all := []component.Option{{ID: own, Label: r.receipt.Webhook}}
	for _, w := range r.Env.Targets.Webhooks {
		if w.ID.String() != own {
			all = append(all, component.Option{ID: w.ID.String(), Label: w.Name})
		}
	}
	if r.Attempt != nil {
		all = append(all, component.Option{ID: elsewhere, Label: "a URL"})
	}
	return all
}

// summary says where and how it is sent, while that is closed.
func (r *form) summary(v component.Values) string {
	a := r.again(v)
	to := "to " + r.receipt.Webhook
	switch {
	case v.Text(resendTo) == elsewhere:
		to = "to " + storage.WithoutTokens(a.URL)
	case a.To.ID != 0:
		to = "to " + a.To.Name
	}
	if a.AsItCame {
		to += ", the old token"
	} else {
		to += ", a new token"
	}
	if len(a.Headers) > 0 {
		to += fmt.Sprintf(", %d other headers", len(a.Headers))
	}
	return to
}

// again returns what the form says.
func (r *form) again(v component.Values) fire.Again {
	a := fire.Again{Of: r.receipt, AsItCame: v.Text(resendToken) == tokenOld, Body: []byte(v.Text(resendBody))}
	if to := v.Text(resendTo); to == elsewhere {
		a.URL = strings.TrimSpace(v.Text(resendURL))
	} else if id, err := storage.ParseID(to); err == nil && id != r.receipt.WebhookID {
		a.To, _ = r.Env.Targets.Find(id)
	}
	for _, row := range v[resendHeaders].Rows {
		a.Headers = append(a.Headers, storage.HeaderField{Name: strings.TrimSpace(row.Name), Value: strings.TrimSpace(row.Value)})
	}
	return a
}

// check returns the errors by field.
func (r *form) check(v component.Values) map[string]string {
	wrong := map[string]string{}
	a := r.again(v)
	if v.Text(resendTo) == elsewhere && a.URL == "" {
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

// send sends it, as a new event or in one attempt.
func (r *form) send(a fire.Again) tea.Cmd {
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
