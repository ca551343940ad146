package component

import (
	"slices"

	tea "github.com/charmbracelet/bubbletea"
)

// Result says what a key has done to a form as a whole.
type Result int

// The results of [Form.Update].
const (
	Editing   Result = iota
	Submitted        // and all checks passed
	Refused          // it was submitted and a check failed; AddErrors may add further errors
	Cancelled        // esc; the form does not change, its owner decides what to do
)

// Form lets a person fill in sections of fields. Build it with [NewForm].
//
// tab, enter and down move forward, shift+tab and up move back. ctrl+s submits from
// anywhere, as does enter on the last line. A field is checked when the focus leaves it,
// and all fields are checked on submit.
type Form struct {
	submit   string
	sections []Section
	inputs   map[string]input
	start    Values
	check    func(Values) map[string]string
	given    map[string]string // errors set by SetErrors and AddErrors
	checked  map[string]string // errors found by checks
	gather   gathering
	result   Result // of the message that is handled
	at       stop
	offset   int
	width    int
	height   int
}

// stop is a position of the focus: a field, the title of a collapsible section (field -1),
// or the submit line (section len(sections)).
type stop struct{ section, field int }

// NewForm returns a form with the fields' initial values. Field IDs must be unique.
// submit is the text of the last line.
func NewForm(submit string, sections []Section) *Form {
	f := &Form{submit: submit, sections: slices.Clone(sections), inputs: map[string]input{}, checked: map[string]string{}}
	for _, s := range sections {
		for _, field := range s.Fields {
			f.inputs[field.ID] = f.newInput(field)
		}
	}
	f.start = f.Values()
	f.at = f.stops()[0]
	f.arrive(1)
	return f
}

func (f *Form) newInput(field Field) input {
	return newInput(field, func(row int) []string { return f.rowProblems(field.ID, row) })
}

// SetSize sets the form's size in cells.
func (f *Form) SetSize(width, height int) { f.width, f.height = width, height }

// Values returns the current values of all fields.
func (f *Form) Values() Values {
	v := make(Values, len(f.inputs))
	for id, in := range f.inputs {
		v[id] = in.value()
	}
	return v
}

// Changed reports whether any value differs from its initial value.
func (f *Form) Changed() bool { return len(f.Edited()) > 0 }

// Edited returns the values that differ from their initial values.
func (f *Form) Edited() Values {
	out := Values{}
	for id, v := range f.Values() {
		if !v.equal(f.start[id]) {
			out[id] = v
		}
	}
	return out
}

// Fill sets the values of fields as if a person had entered them.
func (f *Form) Fill(values Values) {
	for _, s := range f.sections {
		for _, field := range s.Fields {
			if v, ok := values[field.ID]; ok {
				field.Start = v
				f.inputs[field.ID] = f.newInput(field)
			}
		}
	}
}

// Focused returns the ID of the field with the focus, or "" on a title or the submit line.
func (f *Form) Focused() string {
	if field := f.field(f.at); field != nil {
		return field.ID
	}
	return ""
}

// Focus moves the focus to a field and opens its section. It returns false if the field is
// hidden or unknown.
func (f *Form) Focus(id string) bool {
	for s := range f.sections {
		for n, field := range f.sections[s].Fields {
			if field.ID == id && f.visible(field) {
				f.sections[s].Open = true
				f.at = stop{s, n}
				f.arrive(1)
				return true
			}
		}
	}
	return false
}

// Update handles keys and the messages of the form's own commands.
func (f *Form) Update(msg tea.Msg) (Result, tea.Cmd) {
	f.result = Editing
	cmd := f.update(msg)
	return f.result, cmd
}

func (f *Form) update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case quietMsg:
		if msg.form == f && msg.turn == f.gather.turn {
			return f.quiet()
		}
	case tea.KeyMsg:
		if cmd, taken := f.gathered(msg); taken {
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
		return f.other(key)
	}
	return nil
}

// other passes a key to the input with the focus, and moves on if the input ignores it.
func (f *Form) other(key tea.KeyMsg) tea.Cmd {
	if f.used(key) {
		return nil
	}
	switch key.String() {
	case "enter":
		if f.at.section == len(f.sections) {
			f.trySubmit()
			return nil
		}
		f.leave(1)
	case "down":
		f.leave(1)
	case "up":
		f.leave(-1)
	}
	return nil
}

func (f *Form) used(key tea.KeyMsg) bool {
	field := f.field(f.at)
	if field == nil {
		return f.at.section < len(f.sections) && f.fold(key.String())
	}
	in := f.inputs[field.ID]
	before := in.value()
	if !in.key(key) {
		return false
	}
	if !before.equal(in.value()) {
		f.changed(field.ID)
	}
	if field.Kind == RowsField {
		f.recheck(field.ID) // the focus may have left another row
	}
	return true
}

// fold opens or closes the section whose title has the focus.
func (f *Form) fold(key string) bool {
	section := &f.sections[f.at.section]
	switch key {
	case " ", "enter":
		section.Open = !section.Open
	case "right":
		section.Open = true
	case "left":
		section.Open = false
	default:
		return false
	}
	return true
}

// tab moves to the next stop, which may be within the field. All boxes of a MultiField
// together are one stop.
func (f *Form) tab(dir int) {
	field := f.field(f.at)
	if field == nil || field.Kind != RowsField || !f.inputs[field.ID].move(dir) {
		f.leave(dir)
		return
	}
	f.recheck(field.ID)
}

// leave checks the field with the focus and moves forward or back, wrapping at the ends.
func (f *Form) leave(dir int) {
	if field := f.field(f.at); field != nil {
		f.inputs[field.ID].left()
		f.recheck(field.ID)
	}
	stops := f.stops()
	at := slices.Index(stops, f.at)
	f.at = stops[(at+dir+len(stops))%len(stops)]
	f.arrive(dir)
}

func (f *Form) arrive(dir int) {
	if field := f.field(f.at); field != nil {
		f.inputs[field.ID].arrive(dir)
	}
}

// stops returns all positions of the focus in order.
func (f *Form) stops() []stop {
	var out []stop
	for s, section := range f.sections {
		if section.Collapsible {
			out = append(out, stop{s, -1})
		}
		for n, field := range section.Fields {
			if section.open() && f.visible(field) {
				out = append(out, stop{s, n})
			}
		}
	}
	return append(out, stop{len(f.sections), 0})
}

func (s Section) open() bool { return s.Open || !s.Collapsible }

func (f *Form) visible(field Field) bool {
	return field.Visible == nil || field.Visible(f.Values())
}

// field returns the field at a stop, or nil.
func (f *Form) field(at stop) *Field {
	if at.section >= len(f.sections) || at.field < 0 {
		return nil
	}
	return &f.sections[at.section].Fields[at.field]
}
