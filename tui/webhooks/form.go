package webhooks

import (
	"errors"
	"fmt"
	"strings"

	"backchannel/storage"
	"backchannel/tui/component"
	"backchannel/tui/screen"

	tea "github.com/charmbracelet/bubbletea"
)

// form is Create Feedback Webhook, and Edit.
type form struct {
	shared *common
	base   storage.Webhook // what is edited or copied; its secrets stay here
	judge  judge
	form   *component.Form
	saving bool
}

// savedMsg is how saving went.
type savedMsg struct {
	form    *form
	webhook storage.Webhook
	odd     storage.FieldErrors // what should be looked at though it was saved
	err     error
}

// alsoWrongMsg is what is wrong besides what the form could see: what others have already,
// and what is in files.
type alsoWrongMsg struct {
	form *form
	bad  storage.FieldErrors
}

// reloadedMsg is the webhook as somebody else left it.
type reloadedMsg struct {
	form    *form
	webhook storage.Webhook
	err     error
}

// newForm edits w, or creates it when it has no ID yet.
func newForm(s *common, w storage.Webhook) *form {
	f := &form{shared: s}
	f.load(w)
	return f
}

func (f *form) load(w storage.Webhook) {
	f.base = w
	f.judge = judge{base: w, allowHTTP: f.shared.Rules.AllowHTTP}
	f.form = component.NewForm("Submit", f.sections()).WithCheck(f.judge.all)
}

func (f *form) creates() bool { return f.base.ID == 0 }

// Title is Adobe's.
func (f *form) Title() string {
	if f.creates() {
		return "Create Feedback Webhook"
	}
	return "Edit " + f.base.Name
}

// Typing is always: letters belong to the fields.
func (f *form) Typing() bool { return true }

// Bindings explain the form's keys; it takes them itself.
func (f *form) Bindings() []screen.Binding {
	if f.form.Focused() == fieldHeaders {
		return append(f.headerBindings(), f.formBindings()...)
	}
	return f.formBindings()
}

func (f *form) headerBindings() []screen.Binding {
	return []screen.Binding{
		{Shown: "enter", Label: "add", Help: "Add a header, on the last line; elsewhere the next cell"},
		{Shown: "ctrl+x", Label: "remove", Help: "Remove the header"},
		{Shown: "alt+↑↓", Label: "move", Help: "Move the header up or down; ctrl+↑↓ does too"},
		{Shown: "space", Label: "secret", Help: "Keep the header's value encrypted and masked"},
	}
}

func (f *form) formBindings() []screen.Binding {
	return []screen.Binding{
		{Shown: "tab", Label: "next", Help: "Next field"},
		{Keys: []string{"ctrl+s"}, Label: "submit", Help: "Submit the form", Do: f.submit},
		{Shown: "esc", Label: "cancel", Help: "Leave the form; asks when something was changed"},
		{Shown: "space", Label: "choose", Help: "Choose, open or close"},
		{Shown: "shift+tab", Label: "back", Help: "Field before"},
	}
}

func (f *form) submit() tea.Cmd {
	if f.saving {
		return nil
	}
	return f.fillIn(tea.KeyMsg{Type: tea.KeyCtrlS})
}

// fillIn fills in the form, and saves it once it is submitted.
func (f *form) fillIn(msg tea.Msg) tea.Cmd {
	switch result, cmd := f.form.Update(msg); result {
	case component.Submitted:
		return f.save(f.form.Values())
	case component.Refused:
		return f.checkFurther(f.form.Values())
	default:
		return cmd
	}
}

// Busy is while it is saved.
func (f *form) Busy(tea.KeyMsg) bool { return f.saving }

// Refresh does nothing: what a person types is never replaced beneath them.
func (f *form) Refresh(storage.Change) tea.Cmd { return nil }

// Back asks before a changed form is left.
func (f *form) Back() (tea.Cmd, bool) {
	if !f.form.Changed() {
		return nil, false
	}
	return f.shared.Ask(component.Confirm{
		Title: "Leave without saving?", Text: []string{"What you changed in this form will be lost."},
		Yes: "leave", No: "stay",
	}, func() tea.Cmd { return screen.CloseScreen(f) }), true
}

// Update fills in the form, saves it, and takes what the store says of that.
func (f *form) Update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case tea.KeyMsg:
		if f.saving {
			return nil
		}
		return f.fillIn(msg)
	case alsoWrongMsg:
		if msg.form == f {
			f.form.AddErrors(byField(msg.bad, secretField(storage.Algorithm(f.form.Values().Text(fieldAlgorithm)))))
		}
	case savedMsg:
		if msg.form == f {
			return f.saved(msg)
		}
	case reloadedMsg:
		if msg.form == f {
			return f.reloaded(msg)
		}
	default:
		return f.fillIn(msg)
	}
	return nil
}

func (f *form) save(values component.Values) tea.Cmd {
	w, bad := apply(f.base, values)
	if len(bad) > 0 || f.saving {
		f.form.SetErrors(f.judge.all(values))
		return nil
	}
	f.saving = true
	ctx, write := f.shared.Context, f.shared.Store.UpdateWebhook
	if f.creates() {
		write = f.shared.Store.CreateWebhook
	}
	rules := f.shared.Rules
	return func() tea.Msg {
		if err := write(ctx, &w); err != nil {
			return savedMsg{form: f, webhook: w, err: err}
		}
		return savedMsg{form: f, webhook: w, odd: w.Warnings(ctx, rules)}
	}
}

// checkFurther finds what is wrong with values that the form refused already, so that a
// person is told of everything at once.
func (f *form) checkFurther(values component.Values) tea.Cmd {
	w, unread := apply(f.base, values)
	w.Normalize()
	ctx, rules, read := f.shared.Context, f.shared.Rules, f.shared.Store.Webhooks
	return func() tea.Msg {
		bad := unread
		var invalid storage.FieldErrors
		if errors.As(w.Validate(ctx, rules), &invalid) {
			bad = append(bad, invalid...)
		}
		others, err := read(ctx)
		if err != nil {
			return alsoWrongMsg{f, bad} // what can be told without them
		}
		return alsoWrongMsg{f, append(bad, w.Conflicts(others...)...)}
	}
}

func (f *form) saved(msg savedMsg) tea.Cmd {
	f.saving = msg.err == nil // then keys wait until the form is gone
	var wrong storage.FieldErrors
	switch {
	case msg.err == nil && f.creates():
		done := savedToast(msg, "created", ". Press f to fire an event at it")
		return tea.Batch(screen.CloseAndGo(f, screen.ViewWebhooks, msg.webhook.ID), screen.Say(done))
	case msg.err == nil:
		return tea.Batch(screen.CloseScreen(f), screen.Say(savedToast(msg, "saved", "")))
	case errors.Is(msg.err, storage.ErrNotFound) && !f.creates():
		return f.startAnew()
	case !errors.As(msg.err, &wrong):
		return screen.Say(screen.Bad(msg.err.Error()))
	case changedMeanwhile(wrong):
		return f.offerMerge()
	}
	f.form.SetErrors(byField(wrong, secretField(msg.webhook.Auth.JWT.Algorithm)))
	return nil
}

// savedToast says that a webhook was saved, and warns as the commands do. What is said of
// the organization stands beside it at all times: tests use another form.
func savedToast(msg savedMsg, verb, hint string) component.Toast {
	var odd []string
	for _, field := range msg.odd {
		if field.Field != fieldOrganization {
			odd = append(odd, field.Field+": "+field.Reason)
		}
	}
	if len(odd) == 0 {
		return screen.Good(msg.webhook.Name + " " + verb + hint)
	}
	return screen.Warn(msg.webhook.Name + " " + verb + ", but " + strings.Join(odd, "; "))
}

// startAnew turns Edit into Create: the webhook is gone, what was typed is not.
func (f *form) startAnew() tea.Cmd {
	name := f.base.Name
	f.base.ID, f.base.Version = 0, 0
	return screen.Say(screen.Bad(name + " was deleted elsewhere; submit again to create it anew"))
}

func changedMeanwhile(wrong storage.FieldErrors) bool {
	for _, e := range wrong {
		if e.Field == "version" {
			return true
		}
	}
	return false
}

// offerMerge leaves the choice: bring in what somebody else saved, or go on typing first.
func (f *form) offerMerge() tea.Cmd {
	return f.shared.Ask(component.Confirm{
		Title: "Changed meanwhile",
		Text: []string{
			f.base.Name + " was saved elsewhere after you opened it here. Nothing of yours was saved.",
			"Bring that version in: it fills the fields that you did not change. Then look, and submit again.",
		},
		Yes: "bring it in", No: "keep typing",
	}, f.reload)
}

func (f *form) reload() tea.Cmd {
	ctx, store, id := f.shared.Context, f.shared.Store, f.base.ID
	return func() tea.Msg {
		w, err := store.Webhook(ctx, id)
		return reloadedMsg{f, w, err}
	}
}

func (f *form) reloaded(msg reloadedMsg) tea.Cmd {
	if msg.err != nil {
		return screen.Say(screen.Bad(fmt.Sprintf("read %s: %v", f.base.Name, msg.err)))
	}
	f.merge(msg.webhook)
	return screen.Say(screen.Info("What you changed stands over what was saved elsewhere"))
}

// merge puts what a person changed over another version of the webhook.
func (f *form) merge(theirs storage.Webhook) {
	mine, at := f.form.Edited(), f.form.Focused()
	if _, changed := mine[fieldHeaders]; changed {
		theirs.Headers = f.base.Headers // in which the secrets of the rows are found again
	}
	f.load(theirs)
	f.form.Fill(mine)
	f.form.Focus(at)
}

func (f *form) View(width, height int) string {
	f.form.SetSize(width, height)
	return f.form.View(f.shared.Theme)
}
