package component

import (
	"maps"
	"slices"

	tea "github.com/charmbracelet/bubbletea"
)

// Result says what a key has done to a form as a whole.
type Result int

// The results of [Form.Update].
const (
	Editing   Result = iota
	Submitted        // and all checks passed
	Refused          // it was submitted but a check failed; AddErrors may add further errors
	Cancelled        // esc was pressed; the form does not change, and its owner decides what to do
)

// Form lets a person fill in sections of fields. Build it with [NewForm].
//
// tab, enter and down move forward, shift+tab and up move back. ctrl+s submits from
// anywhere, as does enter on the last line. A field is checked when the focus leaves it,
// and all fields are checked on submit.
type Form struct {
	submit string
	fields *formFields
	errors *formErrors
	paste  pasteDetector
	result Result // of the message that is being handled
	offset int
	width  int
	height int

	remarks map[string]string // shown at fields, by field ID
}

// NewForm returns a form with the fields' initial values. Field IDs must be unique.
// submit is the text of the last line.
func NewForm(submit string, sections []Section) *Form {
	f := &Form{submit: submit, fields: &formFields{sections: slices.Clone(sections), inputs: map[string]input{}}}
	f.errors = &formErrors{fields: f.fields, found: map[string]string{}}
	f.paste.form = f
	for _, s := range sections {
		for _, field := range s.Fields {
			f.fields.inputs[field.ID] = f.newInput(field)
		}
	}
	f.fields.start = f.Values()
	f.fields.at = f.fields.submitLine()
	f.fields.step(1) // to the first
	return f
}

func (f *Form) newInput(field Field) input {
	return newInput(field, func(row int) []string { return f.errors.ofRow(field.ID, row) })
}

// SetSize sets the form's size in cells.
func (f *Form) SetSize(width, height int) { f.width, f.height = width, height }

// Values returns the current values of all fields.
func (f *Form) Values() Values { return f.fields.values() }

// Changed reports whether any value differs from its initial value.
func (f *Form) Changed() bool { return len(f.Edited()) > 0 }

// Edited returns the values that differ from their initial values.
func (f *Form) Edited() Values {
	return f.Values().Differing(f.fields.start)
}

// Start returns the initial values.
func (f *Form) Start() Values { return maps.Clone(f.fields.start) }

// Mark shows remarks at fields, by field ID.
func (f *Form) Mark(remarks map[string]string) { f.remarks = remarks }

// Fill sets the values of fields as if a person had entered them.
func (f *Form) Fill(values Values) {
	for _, s := range f.fields.sections {
		for _, field := range s.Fields {
			if v, ok := values[field.ID]; ok {
				field.Start = v
				f.fields.inputs[field.ID] = f.newInput(field)
			}
		}
	}
}

// Focused returns the ID of the field with the focus, or "" on a title or the submit line.
func (f *Form) Focused() string {
	if field, _ := f.fields.focused(); field != nil {
		return field.ID
	}
	return ""
}

// Focus moves the focus to a field and opens its section. It returns false if the field is
// hidden or unknown.
func (f *Form) Focus(id string) bool { return f.fields.focus(id) }

// WithCheck sets a function that returns the errors in the form's values by error ID, in
// addition to each field's Check. Its result must depend on the values alone. An error is
// shown once the focus has left its field or row, and all errors are shown on submit.
func (f *Form) WithCheck(check func(Values) map[string]string) *Form {
	f.errors.check = check
	return f
}

// SetErrors replaces the errors, by error ID, and moves the focus to the first one. An error
// without a visible field is shown at the submit line.
func (f *Form) SetErrors(errors map[string]string) {
	f.errors.set(errors)
	f.focusFirstError()
}

// AddErrors adds errors without moving the focus.
func (f *Form) AddErrors(errors map[string]string) {
	f.errors.add(errors)
	f.errors.openSections()
}

// Update handles keys and the messages of the form's own commands.
func (f *Form) Update(msg tea.Msg) (Result, tea.Cmd) {
	f.result = Editing
	cmd := f.update(msg)
	return f.result, cmd
}

func (f *Form) update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case pauseMsg:
		return f.paste.paused(msg)
	case tea.KeyMsg:
		if cmd, taken := f.paste.take(msg); taken {
			return cmd
		}
		return f.key(msg)
	}
	return nil
}

func (f *Form) key(key tea.KeyMsg) tea.Cmd {
	switch key.String() {
	case "ctrl+s":
		f.trySubmit()
	case "esc":
		f.result = Cancelled
	case "tab":
		f.tab(1)
	case "shift+tab":
		f.tab(-1)
	default:
		f.other(key)
	}
	return nil
}

// other passes a key to the input with the focus, and moves on if the input ignores it.
func (f *Form) other(key tea.KeyMsg) {
	if f.used(key) {
		return
	}
	switch key.String() {
	case "enter":
		if f.fields.at == f.fields.submitLine() {
			f.trySubmit()
			return
		}
		f.leave(1)
	case "down":
		f.leave(1)
	case "up":
		f.leave(-1)
	}
}

// used passes a key to the input with the focus, or on a title to its section, and reports whether
// that handled it.
func (f *Form) used(key tea.KeyMsg) bool {
	field, in := f.fields.focused()
	if field == nil {
		at := f.fields.at
		return at != f.fields.submitLine() && f.fields.sections[at.section].fold(key.String())
	}
	before := in.value()
	if !in.key(key) {
		return false
	}
	if !before.equal(in.value()) {
		f.errors.changed(field.ID)
	}
	if field.Kind == RowsField {
		f.errors.recheck(field.ID) // the focus may have left another row
	}
	return true
}

// tab moves to the next stop, which may be within the field. All boxes of a MultiField
// together are one stop.
func (f *Form) tab(dir int) {
	field, in := f.fields.focused()
	if field == nil || field.Kind != RowsField || !in.move(dir) {
		f.leave(dir)
		return
	}
	f.errors.recheck(field.ID)
}

// leave checks the field with the focus and moves forward or back, wrapping at the ends.
func (f *Form) leave(dir int) {
	if field, in := f.fields.focused(); field != nil {
		in.left()
		f.errors.recheck(field.ID)
	}
	f.fields.step(dir)
}

// trySubmit checks everything, and moves the focus to the first error, if there is one.
func (f *Form) trySubmit() {
	if f.errors.submit() {
		f.result = Submitted
		return
	}
	f.focusFirstError()
	f.result = Refused
}

// focusFirstError shows all errors and moves the focus to the first.
func (f *Form) focusFirstError() {
	if !f.errors.any() {
		return
	}
	for _, in := range f.fields.inputs {
		in.left()
	}
	f.errors.openSections()
	for _, s := range f.fields.sections {
		for _, field := range s.Fields {
			if f.errors.has(field.ID) && f.Focus(field.ID) {
				f.errors.pointAtRow(field.ID)
				return
			}
		}
	}
	f.fields.at = f.fields.submitLine()
}
