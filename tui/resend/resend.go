// Package resend is the form in which a person edits what was sent, and sends it again: to another
// webhook or a URL, with other headers, with the old token or a new one. Begin with [Sender.Open].
package resend

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

// A Store is what sending again reads, and where it enqueues.
type Store interface {
	fire.ReplayStore
	fire.PlaceStore
}

// A Sender sends receipts, or what deliveries have sent, again.
type Sender struct {
	Env   *screen.Env
	Store Store
	// Attempt sends the body of a receipt in one attempt; nil: that is not possible.
	Attempt func(ctx context.Context, r storage.Receipt, sender storage.Webhook) (storage.Attempt, error)
	Rules   storage.Rules
}

// form is a form in which a person edits a body and sends it to a webhook, as a new event with a
// new token, or elsewhere.
type form struct {
	Sender
	receipt storage.Receipt
	form    *component.Form
}

const (
	resendTo      = "to"
	resendURL     = "url"
	resendToken   = "token"
	resendHeaders = "headers"
	resendBody    = "body"

	resendRows = 1000 // the form scrolls, not the field
)

// Open opens the form with the body of a receipt that has been read.
func (s Sender) Open(r storage.Receipt) tea.Cmd {
	if !utf8.Valid(r.Body) {
		return screen.Say(screen.Info("The body is not text (UTF-8), so editing would change more of it: r sends it as it is, x exports it"))
	}
	text, _ := component.PrettyJSON(r.Body)
	f := &form{Sender: s, receipt: r}
	f.form = component.NewForm("Send", []component.Section{f.control(), {
		Title: "Body",
		Fields: []component.Field{{
			ID: resendBody, Kind: component.AreaField, Rows: resendRows, Start: component.Value{Text: string(text)},
			Note: func(v component.Values) string { return howSent(v.Text(resendBody)) },
		}},
	}}).WithCheck(f.check)
	f.form.Focus(resendBody)
	f.form.Update(tea.KeyMsg{Type: tea.KeyCtrlHome})
	return screen.Open(f)
}

// howSent says how a text is sent.
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

// Title says where the body is sent to.
func (r *form) Title() string { return "Edit and resend to " + r.receipt.Webhook }

// Typing returns true, because letters belong to the body.
func (r *form) Typing() bool { return true }

// Bindings explains the keys, which the form handles.
func (r *form) Bindings() []screen.Binding {
	return []screen.Binding{
		{Keys: []string{"ctrl+s"}, Label: "send", Help: "Send the body to the webhook", Do: func() tea.Cmd { return r.Update(tea.KeyMsg{Type: tea.KeyCtrlS}) }},
		{Keys: []string{"ctrl+o"}, Label: "editor", Help: "Edit the body in $EDITOR", Do: r.editBody},
		{Shown: "esc", Label: "leave", Help: "Leave; asks first if something was changed"},
	}
}

// Refresh does nothing, so that nothing replaces what a person types.
func (r *form) Refresh(storage.Change) tea.Cmd { return nil }

// Back asks before a person leaves a changed body.
func (r *form) Back() (tea.Cmd, bool) {
	if !r.form.Changed() {
		return nil, false
	}
	return r.Env.Ask(component.Confirm{
		Title: "Leave without sending?", Text: []string{"What you changed in this body will be lost."}, Yes: "leave", No: "stay",
	}, func() tea.Cmd { return screen.CloseScreen(r) }), true
}

// Update edits the body, and sends it when the form is submitted.
func (r *form) Update(msg tea.Msg) tea.Cmd {
	key, ok := msg.(tea.KeyMsg)
	if !ok {
		return nil
	}
	result, cmd := r.form.Update(key)
	if result != component.Submitted {
		return cmd
	}
	return tea.Batch(screen.CloseScreen(r), r.send(r.again(r.form.Values())))
}

// View draws the form.
func (r *form) View(width, height int) string {
	r.form.SetSize(width, height)
	return r.form.View(r.Env.Theme)
}
