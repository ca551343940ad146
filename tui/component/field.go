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
	Note        string // beside the title
	Collapsible bool
	Open        bool                // initially; only a collapsible section can be closed
	Summary     func(Values) string // beside the title of a closed section
	Fields      []Field
}

// Field declares one field of a form. Visible, Note, Below and Check must depend on the form's
// current values alone.
type Field struct {
	ID      string
	Label   string
	Help    string // shown while the field has the focus
	Kind    Kind
	Start   Value
	Options []Option
	Rows    int                    // the visible height of an AreaField; 0: 6
	Add     string                 // the last line of a RowsField: "add a header"
	Max     int                    // the maximum number of rows of a RowsField; 0: no limit
	Between string                 // separates name and value in pasted text: ":"; empty: pasted text makes no rows
	Pairs   bool                   // the rows of a RowsField are pairs, none of them secret
	Visible func(Values) bool      // nil: always
	Note    func(Values) string    // shown dim beside the value
	Below   func(Values) string    // likewise, but on lines of its own below it
	Check   func(Values) string    // what is wrong, or ""; see also [Form.WithCheck]
	Reveal  func(text string) bool // reports whether a secret is only a reference and may be shown
	Keeps   string                 // how a kept secret is described; empty: kept
	PEM     bool                   // a SecretField for keys, to which a key pasted into another field goes
}

// Option is one choice of a field. ID is the value, Label what is shown.
type Option struct{ ID, Label string }

// Value is the content of a field. The kind of the field determines which part is used:
// Text for text, secrets, areas, choices and radios, On for a check, Set for the chosen IDs
// of a MultiField in the order of its options, Rows for rows.
//
// Kept marks an existing secret that stays unchanged. The form never gets its text, so it
// cannot show it.
type Value struct {
	Text string
	Kept bool
	On   bool
	Set  []string
	Rows []Row
}

// Row is one line of a RowsField. The caller chooses the ID, which stays with a row that is
// moved or changed and is empty for a new row. A new row without name and value is ignored.
type Row struct {
	ID     string
	Name   string
	Value  string
	Secret bool
	Kept   bool // the secret value is unchanged
}

func (v Value) equal(w Value) bool {
	return v.Text == w.Text && v.Kept == w.Kept && v.On == w.On &&
		slices.Equal(v.Set, w.Set) && slices.Equal(v.Rows, w.Rows)
}

// Values maps field IDs to values, including those of hidden fields.
type Values map[string]Value

// Differing returns the values that differ from those of from.
func (v Values) Differing(from Values) Values {
	out := Values{}
	for id, value := range v {
		if !value.equal(from[id]) {
			out[id] = value
		}
	}
	return out
}

// Text returns the text, or the chosen ID, of a field.
func (v Values) Text(id string) string { return v[id].Text }

// On reports whether a CheckField is checked.
func (v Values) On(id string) bool { return v[id].On }
