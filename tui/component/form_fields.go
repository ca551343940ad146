package component

import (
	"slices"

	"backchannel/tui/style"
)

// formFields holds the sections of a form, the input of each field, and where the focus is.
type formFields struct {
	sections []Section
	inputs   map[string]input // by field ID
	start    Values
	at       stop
}

// stop is a position of the focus: a field, the title of a collapsible section (field -1),
// or the submit line (section len(sections)).
type stop struct{ section, field int }

func (f *formFields) submitLine() stop { return stop{len(f.sections), 0} }

func (f *formFields) values() Values {
	v := make(Values, len(f.inputs))
	for id, in := range f.inputs {
		v[id] = in.value()
	}
	return v
}

// stops returns all positions of the focus in order.
func (f *formFields) stops() []stop {
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
	return append(out, f.submitLine())
}

// focus moves the focus to a field, and opens its section. It returns false if the field is
// hidden or unknown.
func (f *formFields) focus(id string) bool {
	for s := range f.sections {
		for n, field := range f.sections[s].Fields {
			if field.ID == id && f.visible(field) {
				f.sections[s].Open = true
				f.at = stop{s, n}
				f.inputs[id].arrive(1)
				return true
			}
		}
	}
	return false
}

// step moves the focus to the next stop or back, wrapping at the ends.
func (f *formFields) step(dir int) {
	stops := f.stops()
	f.at = stops[(slices.Index(stops, f.at)+dir+len(stops))%len(stops)]
	if _, in := f.focused(); in != nil {
		in.arrive(dir)
	}
}

// focused returns the field with the focus and its input. They are nil on a title or the submit
// line.
func (f *formFields) focused() (*Field, input) {
	field := f.field(f.at)
	if field == nil {
		return nil, nil
	}
	return field, f.inputs[field.ID]
}

func (f *formFields) visible(field Field) bool {
	return field.Visible == nil || field.Visible(f.values())
}

// field returns the field at a stop, or nil.
func (f *formFields) field(at stop) *Field {
	if at.section >= len(f.sections) || at.field < 0 {
		return nil
	}
	return &f.sections[at.section].Fields[at.field]
}

// labelWidth depends on all labels, including hidden ones, so that values do not move.
func (f *formFields) labelWidth(within int) int {
	w := 0
	for _, s := range f.sections {
		for _, field := range s.Fields {
			w = max(w, widest(style.Escape(field.Label)))
		}
	}
	return min(w, longestLabel, max(0, within/3))
}

// keyField returns the visible field that takes a key in PEM.
func (f *formFields) keyField() (Field, bool) {
	for _, s := range f.sections {
		for _, field := range s.Fields {
			if field.PEM && f.visible(field) {
				return field, true
			}
		}
	}
	return Field{}, false
}

func (s *Section) open() bool { return s.Open || !s.Collapsible }

// fold opens or closes a section, and reports whether the key does that.
func (s *Section) fold(key string) bool {
	switch key {
	case " ", "enter":
		s.Open = !s.Open
	case "right":
		s.Open = true
	case "left":
		s.Open = false
	default:
		return false
	}
	return true
}
