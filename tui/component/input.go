package component

import (
	"fmt"
	"strings"

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
	// view draws the lines, and says which of them has the cursor.
	view(th *style.Theme, width int, focused bool) (lines []string, cursor int)
	value() Value
}

// single is the part of inputs that have one stop.
type single struct{}

func (single) move(int) bool { return false }
func (single) arrive(int)    {}

func newInput(f Field, rowError func(int) string) input {
	switch f.Kind {
	case SecretField:
		return newSecretInput(f.Start, f.Reveal)
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
		return newRowsInput(f, rowError)
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

// secretInput masks what is typed. A pasted text of several lines is kept as a
// block, because a line cannot hold it: it is pasted anew or taken away whole.
type secretInput struct {
	single
	line   edit
	block  string
	exists bool // a secret is there already, and stays unless another is given
	reveal func(string) bool
}

func newSecretInput(start Value, reveal func(string) bool) *secretInput {
	i := &secretInput{line: newEdit(""), exists: start.Kept, reveal: reveal}
	i.insert(start.Text)
	return i
}

// insert takes a text that may have several lines.
func (i *secretInput) insert(s string) bool {
	if !strings.Contains(strings.TrimRight(s, "\n"), "\n") {
		i.line.key(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune(s), Paste: true})
		return true
	}
	i.line, i.block = newEdit(""), s
	return true
}

func (i *secretInput) key(msg tea.KeyMsg) bool {
	switch {
	case !types(msg):
		return false
	case msg.Paste:
		i.block = ""
		return i.insert(pasted(msg))
	case i.block == "":
		i.line.key(msg)
	case msg.Type == tea.KeyBackspace, msg.Type == tea.KeyDelete, msg.Type == tea.KeyCtrlU:
		i.block = ""
	}
	return true
}

func (i *secretInput) value() Value {
	text := i.block + i.line.text()
	return Value{Text: text, Kept: i.exists && text == ""}
}

func (i *secretInput) view(th *style.Theme, width int, focused bool) ([]string, int) {
	return []string{i.draw(th, width, focused)}, 0
}

func (i *secretInput) draw(th *style.Theme, width int, focused bool) string {
	text := i.line.text()
	switch masked := strings.Repeat(style.Mask, 4); {
	case i.block != "":
		lines := strings.Count(strings.TrimRight(i.block, "\n"), "\n") + 1
		return i.state(th, fmt.Sprintf("%s %d lines", masked, lines), width, focused)
	case i.value().Kept:
		return i.state(th, masked+" kept", width, focused)
	}
	return i.line.view(th, width, focused, i.reveal == nil || !i.reveal(text))
}

// state says what the secret is, with the cursor before it.
func (i *secretInput) state(th *style.Theme, s string, width int, focused bool) string {
	if !focused {
		return th.Dim.Render(clip(s, width))
	}
	return clip(lineWithCursor(th, "", "", min(2, width))+th.Dim.Render(s), width)
}
