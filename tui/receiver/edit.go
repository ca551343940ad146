package receiver

import (
	"context"
	"unicode/utf8"

	"backchannel/fixtures/fire"
	"backchannel/storage"
	"backchannel/storage/jsontext"
	"backchannel/tui/component"
	"backchannel/tui/screen"

	tea "github.com/charmbracelet/bubbletea"
)

// resend lets one change the body of a receipt and sends that to its webhook, as a new
// event with a token of its own.
type resend struct {
	shared  *common
	receipt storage.Receipt
	form    *component.Form
}

const (
	resendBody = "body"
	resendRows = 1000 // the form scrolls, not the field
)

// editReceipt opens the body of the selected receipt.
func (r *Screen) editReceipt() tea.Cmd {
	d, ok := r.current()
	if !ok || d.receipt.ID != r.detail.receipt.ID {
		return nil
	}
	if !utf8.Valid(d.receipt.Body) {
		return screen.Say(screen.Info("The body is not text (UTF-8), so editing would change more of it: r sends it as it is, x exports it"))
	}
	text := string(d.receipt.Body)
	if d.pretty != nil {
		text = string(d.pretty)
	}
	form := component.NewForm("Send", []component.Section{{
		Title: "Body",
		Fields: []component.Field{{
			ID: resendBody, Kind: component.AreaField, Rows: resendRows, Start: component.Value{Text: text},
			Note: func(v component.Values) string { return howSent(v.Text(resendBody)) },
		}},
	}})
	form.Update(tea.KeyMsg{Type: tea.KeyCtrlHome})
	return screen.Open(&resend{shared: r.shared, receipt: d.receipt, form: form})
}

// howSent says what becomes of a text.
func howSent(text string) string {
	found := jsontext.Inspect([]byte(text), jsontext.Typed(), false)
	switch {
	case found.Broken != nil:
		return "This " + found.Broken.Error() + ". It is sent as it stands, so that you can see how the endpoint takes it."
	case len(found.Twice) > 0:
		return "Sent as compact JSON, with " + found.Twice[0].What + " (" + found.Twice[0].Where + ")."
	}
	return "Sent as compact JSON, keys and numbers as they stand."
}

// Title says where it goes.
func (r *resend) Title() string { return "Edit and resend to " + r.receipt.Webhook }

// Typing is always: letters belong to the body.
func (r *resend) Typing() bool { return true }

// Bindings explain the keys; the form takes them itself.
func (r *resend) Bindings() []screen.Binding {
	return []screen.Binding{
		{Keys: []string{"ctrl+s"}, Label: "send", Help: "Send the body to the webhook", Do: func() tea.Cmd { return r.Update(tea.KeyMsg{Type: tea.KeyCtrlS}) }},
		{Shown: "esc", Label: "leave", Help: "Leave; asks when something was changed"},
	}
}

// Refresh does nothing: what a person types is never replaced beneath them.
func (r *resend) Refresh(storage.Change) tea.Cmd { return nil }

// Back asks before a changed body is left.
func (r *resend) Back() (tea.Cmd, bool) {
	if !r.form.Changed() {
		return nil, false
	}
	return r.shared.Ask(component.Confirm{
		Title: "Leave without sending?", Text: []string{"What you changed in this body will be lost."}, Yes: "leave", No: "stay",
	}, func() tea.Cmd { return screen.CloseScreen(r) }), true
}

// Update edits, and sends when the form is submitted.
func (r *resend) Update(msg tea.Msg) tea.Cmd {
	key, ok := msg.(tea.KeyMsg)
	if !ok {
		return nil
	}
	result, cmd := r.form.Update(key)
	if result != component.Submitted {
		return cmd
	}
	return tea.Batch(screen.CloseScreen(r), r.send(r.form.Values().Text(resendBody)))
}

func (r *resend) send(text string) tea.Cmd {
	store, of := r.shared.Store, r.receipt
	return screen.Queue(r.shared.Context, func(ctx context.Context) ([]storage.Delivery, error) {
		return fire.Resend(ctx, store, of, []byte(text))
	})
}

// View draws the form.
func (r *resend) View(width, height int) string {
	r.form.SetSize(width, height)
	return r.form.View(r.shared.Theme)
}
