package component

import (
	tea "github.com/charmbracelet/bubbletea"

	"backchannel/tui/style"
)

// input is one field of a form at work. It may have several stops of its own,
// such as the cells of a row.
type input interface {
	// key reports whether the key was of use; if not, the form moves on.
	key(msg tea.KeyMsg) bool
	// move goes to the next stop within, or back, and reports whether there was one.
	move(dir int) bool
	// arrive puts the cursor on the first stop, or on the last when going back.
	arrive(dir int)
	// left is called when the cursor has gone elsewhere: from now on what is wrong is shown.
	left()
	// view draws the lines, and says which of them has the cursor.
	view(th *style.Theme, width int, focused bool) (lines []string, cursor int)
	value() Value
}

// single is the part of inputs that have one stop.
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

// types reports whether a key edits a line of text rather than leaving it.
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
