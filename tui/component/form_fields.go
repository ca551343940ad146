package component

// formFields holds the sections of a form, and the input of each field.
type formFields struct {
	sections []Section
	inputs   map[string]input // by field ID
	start    Values
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

// open opens the section of a field, and returns the field's position. It returns false if
// the field is hidden or unknown.
func (f *formFields) open(id string) (stop, bool) {
	for s := range f.sections {
		for n, field := range f.sections[s].Fields {
			if field.ID == id && f.visible(field) {
				f.sections[s].Open = true
				return stop{s, n}, true
			}
		}
	}
	return stop{}, false
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
