package component

import (
	tea "github.com/charmbracelet/bubbletea"

	"backchannel/tui/style"
)

// input is the editor of one field of a form. It may have several stops of its own, such as
// the cells of a row.
type input interface {
	// key handles a key and reports whether it did; if not, the form moves the focus.
	key(msg tea.KeyMsg) bool
	// move moves to the next or previous stop within the input and reports whether there is one.
	move(dir int) bool
	// arrive puts the cursor on the first stop, or on the last when going back.
	arrive(dir int)
	// left is called when the focus leaves the input. From then on its errors are shown.
	left()
	// view returns the lines, and which of them has the cursor.
	view(th *style.Theme, width int, focused bool) (lines []string, cursor int)
	value() Value
}

// single implements the methods of inputs with one stop.
type single struct{}

func (single) move(int) bool { return false }
func (single) arrive(int)    {}
func (single) left()         {}

func newInput(f Field, rowErrors func(int) []string) input {
	switch f.Kind {
	case SecretField:
		return newSecretInput(f.Start, f)
	case AreaField:
		return newAreaInput(f.Start.Text, f.Rows)
	case ChoiceField:
		return newChoiceInput(f)
	case RadioField:
		return &radioInput{*newChoiceInput(f)}
	case MultiField:
		return newMultiInput(f)
	case CheckField:
		return &checkInput{on: f.Start.On, label: firstLabel(f.Options)}
	case RowsField:
		return newRowsInput(f, rowErrors)
	default:
		return &textInput{edit: newEdit(f.Start.Text)}
	}
}

// types reports whether a key edits a line of text. Other keys move the focus.
func types(msg tea.KeyMsg) bool {
	switch msg.Type {
	case tea.KeyEnter, tea.KeyUp, tea.KeyDown, tea.KeyPgUp, tea.KeyPgDown, tea.KeyTab, tea.KeyShiftTab, tea.KeyEsc:
		return false
	}
	return true
}

type textInput struct {
	single
	edit
}

func (i *textInput) key(msg tea.KeyMsg) bool {
	if !types(msg) {
		return false
	}
	i.edit.key(msg)
	return true
}

func (i *textInput) view(th *style.Theme, width int, focused bool) ([]string, int) {
	return []string{i.edit.view(th, width, focused, false)}, 0
}

func (i *textInput) value() Value { return Value{Text: i.text()} }
