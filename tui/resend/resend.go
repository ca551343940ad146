// Package resend is the form in which a person edits a request and sends it again: to another
// webhook or a URL, with other headers, with the old token or a new one. Start with [Sender.Open].
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

// Store reads what is sent again and where to, and queues it.
type Store interface {
	fire.ReplayStore
	fire.PlaceStore
}

// A Sender sends the requests of receipts and of deliveries again.
type Sender struct {
	Env   *screen.Env
	Store Store
	// Attempt sends the body of a receipt in one attempt. If it is nil, the form only queues new events.
	Attempt func(ctx context.Context, r storage.Receipt, sender storage.Webhook) (storage.Attempt, error)
	Rules   storage.Rules
}

// A form is the screen with the form for one receipt.
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

	resendRows = 1000 // more than a body has lines, so that the form scrolls and not the field
)

// Open opens the form for a receipt that was read with its body. It does not edit a body that is not
// UTF-8, because the text area would replace the other bytes.
func (s Sender) Open(r storage.Receipt) tea.Cmd {
	if !utf8.Valid(r.Body) {
		return screen.Say(screen.Info("The body is not text (UTF-8), so editing would change more of it: r sends it as it is, x exports it"))
	}
	text, _ := component.PrettyJSON(r.Body)
	f := &form{Sender: s, receipt: r}
	f.form = component.NewForm("Send", []component.Section{f.targetSection(), {
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

// howSent returns a note that says how the body will be sent, and what is unusual about it.
func howSent(text string) string {
	found := jsontext.Inspect([]byte(text), jsontext.InputWording(), false)
	switch {
	case found.Broken != nil:
		return "This " + found.Broken.Error() + ". It is sent as it stands, so that you can see how the endpoint takes it."
	case len(found.Twice) > 0:
		return "Sent as compact JSON, with " + found.Twice[0].What + " (" + found.Twice[0].Where + ")."
	}
	return "Sent as compact JSON, keys and numbers as they stand."
}

// Title returns the heading.
func (r *form) Title() string { return "Edit and resend to " + r.receipt.Webhook }

// Typing returns true, because letters belong to the body.
func (r *form) Typing() bool { return true }

// Bindings returns the keys for the footer. The form handles them itself.
func (r *form) Bindings() []screen.Binding {
	return []screen.Binding{
		{Keys: []string{"ctrl+s"}, Label: "send", Help: "Send the body to the webhook", Do: func() tea.Cmd { return r.Update(tea.KeyMsg{Type: tea.KeyCtrlS}) }},
		{Keys: []string{"ctrl+o"}, Label: "editor", Help: "Edit the body in $EDITOR", Do: r.editBody},
		{Shown: "esc", Label: "leave", Help: "Leave; asks first if anything was changed"},
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
		Title: "Leave without sending?", Text: []string{"Your changes to this body will be lost."}, Yes: "leave", No: "stay",
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
