package screen

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"backchannel/storage"
	"backchannel/storage/words"
	"backchannel/tui/component"
	"backchannel/tui/style"

	tea "github.com/charmbracelet/bubbletea"
)

// A RecordFormSpec declares a form that creates or edits a record of type R.
type RecordFormSpec[R any] struct {
	View  View // where the record is listed
	Title func(R) string
	Name  func(R) string
	ID    func(R) storage.ID // 0: the form creates the record

	Sections func(R) []component.Section
	// Apply returns a record with the form's values, and the errors of those that cannot be
	// parsed.
	Apply func(R, component.Values) (R, storage.FieldErrors)
	// Check returns all errors that can be found without I/O, because it runs while a person types.
	Check func(R, component.Values) storage.FieldErrors
	// ByField returns the first error of each field of the form, by field ID.
	ByField func(storage.FieldErrors, component.Values) map[string]string
	// CheckStored returns the errors that only I/O can find, such as conflicts with other records.
	CheckStored func(context.Context, R) storage.FieldErrors
	Save        func(context.Context, *R) error
	// Saved returns the toast after saving. Like Save, it runs in a command.
	Saved func(ctx context.Context, r R, created bool) component.Toast
	Read  func(context.Context, storage.ID) (R, error)
	// Anew returns a copy, to be created, of a record that was deleted elsewhere.
	Anew func(R) R
	// Merge prepares a version that was saved elsewhere for the values that a person has changed;
	// nil: it needs no preparation.
	Merge func(mine component.Values, base, theirs R) R
	// Masked returns the fields in which two versions differ invisibly, because the form does not
	// show secrets; nil: there are none.
	Masked func(base, theirs R) []string
	// Keys returns further keys of the field with the focus; nil: there are none.
	Keys func(field string) []Binding
}

// A RecordForm creates or edits a record. It shows every error beside its field, asks before changes
// are lost, and offers to merge a version that was saved elsewhere meanwhile.
type RecordForm[R any] struct {
	env    *Env
	spec   RecordFormSpec[R]
	base   R // the record as it was opened
	form   *component.Form
	saving bool
}

// NewRecordForm returns a form that edits a record, or creates it if it has no ID yet.
func NewRecordForm[R any](e *Env, spec RecordFormSpec[R], record R) *RecordForm[R] {
	f := &RecordForm[R]{env: e, spec: spec}
	f.load(record)
	return f
}

func (f *RecordForm[R]) load(record R) {
	f.base = record
	f.form = component.NewForm("Submit", f.spec.Sections(record)).WithCheck(f.check)
}

func (f *RecordForm[R]) check(v component.Values) map[string]string {
	return f.spec.ByField(f.spec.Check(f.base, v), v)
}

func (f *RecordForm[R]) creates() bool { return f.spec.ID(f.base) == 0 }

// Focus moves the focus to a field.
func (f *RecordForm[R]) Focus(field string) { f.form.Focus(field) }

// Title returns the heading.
func (f *RecordForm[R]) Title() string { return f.spec.Title(f.base) }

// Typing returns true, because letters belong to the fields.
func (f *RecordForm[R]) Typing() bool { return true }

// Bindings explains the keys, which the form handles.
func (f *RecordForm[R]) Bindings() []Binding {
	all := []Binding{
		{Shown: "tab", Label: "next", Help: "Next field"},
		{Keys: []string{"ctrl+s"}, Label: "submit", Help: "Submit the form", Do: f.submit},
		{Shown: "esc", Label: "cancel", Help: "Leave the form; asks first if something was changed"},
		{Shown: "space", Label: "choose", Help: "Choose, open or close"},
		{Shown: "shift+tab", Label: "back", Help: "Previous field"},
	}
	if f.spec.Keys == nil {
		return all
	}
	return append(f.spec.Keys(f.form.Focused()), all...)
}

func (f *RecordForm[R]) submit() tea.Cmd {
	if f.saving {
		return nil
	}
	return f.fillIn(tea.KeyMsg{Type: tea.KeyCtrlS})
}

// fillIn passes a message to the form, and saves the record once the form is submitted.
func (f *RecordForm[R]) fillIn(msg tea.Msg) tea.Cmd {
	switch result, cmd := f.form.Update(msg); result {
	case component.Submitted:
		return f.save(f.form.Values())
	case component.Refused:
		return f.checkStored(f.form.Values())
	default:
		return cmd
	}
}

// Busy reports whether the record is being saved.
func (f *RecordForm[R]) Busy(tea.KeyMsg) bool { return f.saving }

// Refresh does nothing, because it must not replace what a person has typed.
func (f *RecordForm[R]) Refresh(storage.Change) tea.Cmd { return nil }

// Back asks before it closes a changed form.
func (f *RecordForm[R]) Back() (tea.Cmd, bool) {
	if !f.form.Changed() {
		return nil, false
	}
	return f.env.Ask(component.Confirm{
		Title: "Leave without saving?", Text: []string{"What you changed in this form will be lost."},
		Yes: "leave", No: "stay",
	}, func() tea.Cmd { return CloseScreen(f) }), true
}

// The results of the form's commands.
type (
	// savedMsg is the result of saving.
	savedMsg[R any] struct {
		form   *RecordForm[R]
		record R
		toast  component.Toast
		err    error
	}
	// storedErrorsMsg holds the errors that CheckStored has found.
	storedErrorsMsg[R any] struct {
		form *RecordForm[R]
		bad  storage.FieldErrors
	}
	// reloadedMsg holds the record as it was saved elsewhere.
	reloadedMsg[R any] struct {
		form   *RecordForm[R]
		record R
		err    error
	}
)

// Update fills in the form, saves the record, and shows the result.
func (f *RecordForm[R]) Update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case tea.KeyMsg:
		if f.saving {
			return nil
		}
		return f.fillIn(msg)
	case storedErrorsMsg[R]:
		if msg.form == f {
			f.form.AddErrors(f.spec.ByField(msg.bad, f.form.Values()))
		}
	case savedMsg[R]:
		if msg.form == f {
			return f.saved(msg)
		}
	case reloadedMsg[R]:
		if msg.form == f {
			return f.reloaded(msg)
		}
	default:
		return f.fillIn(msg)
	}
	return nil
}

func (f *RecordForm[R]) save(values component.Values) tea.Cmd {
	record, bad := f.spec.Apply(f.base, values)
	if len(bad) > 0 || f.saving {
		f.form.SetErrors(f.check(values))
		return nil
	}
	f.saving = true
	ctx, created := f.env.Context, f.creates()
	return func() tea.Msg {
		if err := f.spec.Save(ctx, &record); err != nil {
			return savedMsg[R]{form: f, record: record, err: err}
		}
		return savedMsg[R]{form: f, record: record, toast: f.spec.Saved(ctx, record, created)}
	}
}

// checkStored looks for further errors in values that the form has rejected, so that a person sees
// all of them at once.
func (f *RecordForm[R]) checkStored(values component.Values) tea.Cmd {
	record, unread := f.spec.Apply(f.base, values)
	ctx := f.env.Context
	return func() tea.Msg { return storedErrorsMsg[R]{f, append(unread, f.spec.CheckStored(ctx, record)...)} }
}

func (f *RecordForm[R]) saved(msg savedMsg[R]) tea.Cmd {
	f.saving = msg.err == nil // keys wait until the form is closed
	var wrong storage.FieldErrors
	switch {
	case msg.err == nil && f.creates():
		return tea.Batch(closeAndGo(f, f.spec.View, f.spec.ID(msg.record)), Say(msg.toast))
	case msg.err == nil:
		return tea.Batch(CloseScreen(f), Say(msg.toast))
	case errors.Is(msg.err, storage.ErrNotFound) && !f.creates():
		return f.startAnew()
	case !errors.As(msg.err, &wrong):
		return Say(Bad(msg.err.Error()))
	case changedMeanwhile(wrong):
		return f.offerMerge()
	}
	f.form.SetErrors(f.spec.ByField(wrong, f.form.Values()))
	return nil
}

// startAnew turns a form that edits into one that creates, because the record was deleted elsewhere.
// It keeps what a person has typed.
func (f *RecordForm[R]) startAnew() tea.Cmd {
	name := f.spec.Name(f.base)
	f.base = f.spec.Anew(f.base)
	return Say(Bad(name + " was deleted elsewhere; submit again to create it anew"))
}

func changedMeanwhile(wrong storage.FieldErrors) bool {
	for _, e := range wrong {
		if e.Field == "version" {
			return true
		}
	}
	return false
}

// offerMerge asks whether to merge the version that was saved elsewhere.
func (f *RecordForm[R]) offerMerge() tea.Cmd {
	return f.env.Ask(component.Confirm{
		Title: "Changed meanwhile",
		Text: []string{
			f.spec.Name(f.base) + " was saved elsewhere after you opened it here. Nothing of yours was saved.",
			"Bring that version in: it fills the fields that you did not change. Then check the form and submit it again.",
		},
		Yes: "bring it in", No: "keep typing",
	}, f.reload)
}

func (f *RecordForm[R]) reload() tea.Cmd {
	ctx, id := f.env.Context, f.spec.ID(f.base)
	return func() tea.Msg {
		record, err := f.spec.Read(ctx, id)
		return reloadedMsg[R]{f, record, err}
	}
}

func (f *RecordForm[R]) reloaded(msg reloadedMsg[R]) tea.Cmd {
	if msg.err != nil {
		return Say(Bad(fmt.Sprintf("read %s: %v", f.spec.Name(f.base), msg.err)))
	}
	return Say(Info(f.merge(msg.record)))
}

// merge applies a person's changes to another version of the record. It returns what that version
// has changed in the form.
func (f *RecordForm[R]) merge(theirs R) string {
	mine, was, at := f.form.Edited(), f.form.Start(), f.form.Focused()
	base := f.base
	f.load(theirs)
	differing := slices.Collect(maps.Keys(f.form.Start().Differing(was)))
	if f.spec.Masked != nil {
		differing = append(differing, f.spec.Masked(base, theirs)...)
	}
	if f.spec.Merge != nil {
		f.load(f.spec.Merge(mine, base, theirs))
	}
	f.form.Mark(remarks(mine, differing))
	f.form.Fill(mine)
	f.form.Focus(at)
	return f.broughtIn(mine, differing)
}

// remarks returns a remark for each field in which the version saved elsewhere differs from base.
func remarks(mine component.Values, differing []string) map[string]string {
	all := map[string]string{}
	for _, id := range differing {
		all[id] = style.Arrow + " brought in: this was saved elsewhere meanwhile"
		if _, changed := mine[id]; changed {
			all[id] = style.Arrow + " this was changed elsewhere too; yours replaces it"
		}
	}
	return all
}

// broughtIn names the fields that the version saved elsewhere has filled. Some may be out of view or
// in a closed section.
func (f *RecordForm[R]) broughtIn(mine component.Values, differing []string) string {
	var names []string
	for _, section := range f.spec.Sections(f.base) {
		for _, field := range section.Fields {
			if _, changed := mine[field.ID]; !changed && slices.Contains(differing, field.ID) {
				names = append(names, field.Label)
			}
		}
	}
	if len(names) == 0 {
		return "Your changes replace what was saved elsewhere"
	}
	return "Brought in: " + words.List(names) + ". Your changes are kept"
}

// View draws the form.
func (f *RecordForm[R]) View(width, height int) string {
	f.form.SetSize(width, height)
	return f.form.View(f.env.Theme)
}
