package webhooks

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"backchannel/storage"
	"backchannel/tui/component"
	"backchannel/tui/screen"

	tea "github.com/charmbracelet/bubbletea"
)

// formStore is what the form reads and writes.
type formStore interface {
	Webhooks(context.Context) ([]storage.Webhook, error)
	Webhook(context.Context, storage.ID) (storage.Webhook, error)
	CreateWebhook(context.Context, *storage.Webhook) error
	UpdateWebhook(context.Context, *storage.Webhook) error
}

// form is Create Feedback Webhook, and Edit.
type form struct {
	env    *screen.Env
	store  formStore
	rules  storage.Rules
	base   storage.Webhook // what is edited or copied; its secrets stay here
	judge  judge
	form   *component.Form
	saving bool
}

// savedMsg is the result of saving.
type savedMsg struct {
	form     *form
	webhook  storage.Webhook
	warnings storage.FieldErrors
	err      error
}

// alsoWrongMsg holds the errors that the form cannot find by itself: conflicts with other
// webhooks, and what is in files.
type alsoWrongMsg struct {
	form *form
	bad  storage.FieldErrors
}

// reloadedMsg holds a webhook as it was saved elsewhere.
type reloadedMsg struct {
	form    *form
	webhook storage.Webhook
	err     error
}

// newForm returns a form that edits w, or creates it if it has no ID yet.
func newForm(e *screen.Env, store formStore, rules storage.Rules, w storage.Webhook) *form {
	f := &form{env: e, store: store, rules: rules}
	f.load(w)
	return f
}

func (f *form) load(w storage.Webhook) {
	f.base = w
	f.judge = judge{base: w, allowHTTP: f.rules.AllowHTTP}
	f.form = component.NewForm("Submit", fields{f.env, w}.sections()).WithCheck(f.judge.all)
}

func (f *form) creates() bool { return f.base.ID == 0 }

// Title returns Adobe's name of the form.
func (f *form) Title() string {
	if f.creates() {
		return "Create Feedback Webhook"
	}
	return "Edit " + f.base.Name
}

// Typing returns true, because letters belong to the fields.
func (f *form) Typing() bool { return true }

// Bindings explains the keys, which the form handles.
func (f *form) Bindings() []screen.Binding {
	all := []screen.Binding{
		{Shown: "tab", Label: "next", Help: "Next field"},
		{Keys: []string{"ctrl+s"}, Label: "submit", Help: "Submit the form", Do: f.submit},
		{Shown: "esc", Label: "cancel", Help: "Leave the form; asks when something was changed"},
		{Shown: "space", Label: "choose", Help: "Choose, open or close"},
		{Shown: "shift+tab", Label: "back", Help: "Field before"},
	}
	if f.form.Focused() == fieldHeaders {
		return append(headerBindings(), all...)
	}
	return all
}

func headerBindings() []screen.Binding {
	return []screen.Binding{
		{Shown: "enter", Label: "add", Help: "Add a header, on the last line; elsewhere the next cell"},
		{Shown: "ctrl+x", Label: "remove", Help: "Remove the header"},
		{Shown: "alt+↑↓", Label: "move", Help: "Move the header up or down; ctrl+↑↓ does too"},
		{Shown: "space", Label: "secret", Help: "Keep the header's value encrypted and masked"},
	}
}

func (f *form) submit() tea.Cmd {
	if f.saving {
		return nil
	}
	return f.fillIn(tea.KeyMsg{Type: tea.KeyCtrlS})
}

// fillIn passes a message to the form, and saves the webhook once the form is submitted.
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

// Busy reports whether the webhook is being saved.
func (f *form) Busy(tea.KeyMsg) bool { return f.saving }

// Refresh does nothing, so that nothing replaces what a person types.
func (f *form) Refresh(storage.Change) tea.Cmd { return nil }

// Back asks before a person leaves a changed form.
func (f *form) Back() (tea.Cmd, bool) {
	if !f.form.Changed() {
		return nil, false
	}
	return f.env.Ask(component.Confirm{
		Title: "Leave without saving?", Text: []string{"What you changed in this form will be lost."},
		Yes: "leave", No: "stay",
	}, func() tea.Cmd { return screen.CloseScreen(f) }), true
}

// Update fills in the form, saves the webhook, and shows the result.
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
	ctx, write := f.env.Context, f.store.UpdateWebhook
	if f.creates() {
		write = f.store.CreateWebhook
	}
	rules := f.rules
	return func() tea.Msg {
		if err := write(ctx, &w); err != nil {
			return savedMsg{form: f, webhook: w, err: err}
		}
		return savedMsg{form: f, webhook: w, warnings: w.Warnings(ctx, rules)}
	}
}

// checkFurther looks for further errors in values that the form has refused, so that a person
// sees all of them at once.
func (f *form) checkFurther(values component.Values) tea.Cmd {
	w, unread := apply(f.base, values)
	w.Normalize()
	ctx, rules, read := f.env.Context, f.rules, f.store.Webhooks
	return func() tea.Msg {
		bad := unread
		var invalid storage.FieldErrors
		if errors.As(w.Validate(ctx, rules), &invalid) {
			bad = append(bad, invalid...)
		}
		others, err := read(ctx)
		if err != nil {
			return alsoWrongMsg{f, bad} // saving will find the conflicts, or fail with err
		}
		return alsoWrongMsg{f, append(bad, w.Conflicts(others...)...)}
	}
}

func (f *form) saved(msg savedMsg) tea.Cmd {
	f.saving = msg.err == nil // keys wait until the form is closed
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

// savedToast says that a webhook was saved, with its warnings.
func savedToast(msg savedMsg, verb, hint string) component.Toast {
	warnings := shownWarnings(msg.warnings)
	if len(warnings) == 0 {
		return screen.Good(msg.webhook.Name + " " + verb + hint)
	}
	return screen.Warn(msg.webhook.Name + " " + verb + ", but " + screen.OneLine(warnings))
}

// shownWarnings leaves out the warning about the organization, which stands beside it at all
// times: in tests it rarely has Adobe's form.
func shownWarnings(all storage.FieldErrors) storage.FieldErrors {
	return slices.DeleteFunc(slices.Clone(all), func(w storage.FieldError) bool { return w.Field == fieldOrganization })
}

// startAnew turns Edit into Create, because the webhook was deleted; what was typed stays.
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

// offerMerge asks whether to bring in what was saved elsewhere.
func (f *form) offerMerge() tea.Cmd {
	return f.env.Ask(component.Confirm{
		Title: "Changed meanwhile",
		Text: []string{
			f.base.Name + " was saved elsewhere after you opened it here. Nothing of yours was saved.",
			"Bring that version in: it fills the fields that you did not change. Then look, and submit again.",
		},
		Yes: "bring it in", No: "keep typing",
	}, f.reload)
}

func (f *form) reload() tea.Cmd {
	ctx, store, id := f.env.Context, f.store, f.base.ID
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

// merge applies what a person changed to another version of the webhook.
func (f *form) merge(theirs storage.Webhook) {
	mine, at := f.form.Edited(), f.form.Focused()
	if _, changed := mine[fieldHeaders]; changed {
		theirs.Headers = f.base.Headers // apply finds the kept secrets of the rows in these
	}
	f.load(theirs)
	f.form.Fill(mine)
	f.form.Focus(at)
}

func (f *form) View(width, height int) string {
	f.form.SetSize(width, height)
	return f.form.View(f.env.Theme)
}
