package component

import "slices"

// Kind is how a field is filled in.
type Kind int

// The kinds of fields.
const (
	TextField   Kind = iota // one line
	SecretField             // one masked line, or a pasted text of several lines
	AreaField               // several lines
	ChoiceField             // one of Options, one shown: ‹ HS256 ›
	RadioField              // one of Options, all shown
	MultiField              // any of Options
	CheckField              // yes or no
	RowsField               // a list of names and values, secret or not
)

// Section is a titled part of a form.
type Section struct {
	Title       string
	Collapsible bool
	Open        bool                // at the start; only a collapsible one can be closed
	Summary     func(Values) string // beside the title of a closed section
	Fields      []Field
}

// Field declares one field of a form. Visible, Note and Check see the form's
// current values and must depend on nothing else.
type Field struct {
	ID      string
	Label   string
	Help    string // shown while the field has the focus
	Kind    Kind
	Start   Value
	Options []Option
	Rows    int                    // of an AreaField, how many are in sight at most; 0 is 6
	Add     string                 // what the last line of a RowsField says: "add a header"
	Most    int                    // of a RowsField, how many rows there can be; 0 is any number
	Visible func(Values) bool      // nil is always
	Note    func(Values) string    // dim, beside the value: what it amounts to
	Check   func(Values) string    // what is wrong, or ""; see also [Form.WithCheck]
	Reveal  func(text string) bool // secrets that are only references, and so may be read
	Keeps   string                 // what a kept secret is called; empty: kept
	PEM     bool                   // of a SecretField that is there for keys: takes one pasted elsewhere
}

// Option is one choice of a field. ID is the value, Label what is shown.
type Option struct{ ID, Label string }

// Value is the content of a field. Which parts mean something depends on its
// kind: Text for text, secrets, areas, choices and radios, On for a check, Set
// for the chosen IDs of a MultiField in the order of its options, Rows for rows.
//
// Kept is for a secret that exists and stays as it is. Its text is never given
// to the form, so that the form cannot show it.
type Value struct {
	Text string
	Kept bool
	On   bool
	Set  []string
	Rows []Row
}

// Row is one line of a RowsField. ID is the caller's: it stays with a row that
// is moved or changed, and is empty for a new one. A new row without name and
// value does not count.
type Row struct {
	ID     string
	Name   string
	Value  string
	Secret bool
	Kept   bool // the secret value stays as it is
}

func (v Value) equal(w Value) bool {
	return v.Text == w.Text && v.Kept == w.Kept && v.On == w.On &&
		slices.Equal(v.Set, w.Set) && slices.Equal(v.Rows, w.Rows)
}

// Values are the fields' values by ID, the hidden fields' included.
type Values map[string]Value

// Text is the text, or the chosen ID, of a field.
func (v Values) Text(id string) string { return v[id].Text }

// On reports whether a CheckField is checked.
func (v Values) On(id string) bool { return v[id].On }

// Has reports whether an option of a MultiField is chosen.
func (v Values) Has(id, option string) bool { return slices.Contains(v[id].Set, option) }
