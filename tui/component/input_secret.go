package component

import (
	"cmp"
	"fmt"
	"regexp"
	"strings"

	tea "github.com/charmbracelet/bubbletea"

	"backchannel/tui/style"
)

// A secretInput masks what is typed. It keeps a text of several lines as a block, which can only be
// replaced or removed as a whole, because one line cannot show it.
type secretInput struct {
	single
	line   edit
	block  string
	more   bool // further lines of the block are expected
	exists bool // there is a stored secret, which is kept unless another is entered
	keeps  string
	reveal func(string) bool
}

func newSecretInput(start Value, f Field) *secretInput {
	i := &secretInput{line: newEdit(""), exists: start.Kept, keeps: cmp.Or(f.Keeps, "kept"), reveal: f.Reveal}
	i.insert(start.Text)
	return i
}

// insert inserts a text that may have several lines, such as a private key. A single-line input would
// turn its line breaks into spaces, after which it could not be parsed as PEM.
func (i *secretInput) insert(s string) {
	if !strings.Contains(strings.TrimRight(s, "\n"), "\n") {
		i.block = ""
		i.line.key(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune(s), Paste: true})
		return
	}
	i.setBlock(tidy(s), false)
}

// setBlock replaces the content with a block. more says that further lines are expected.
func (i *secretInput) setBlock(block string, more bool) {
	i.line, i.block, i.more = newEdit(""), block, more
}

// secret returns i. A pasteDetector finds the secret at the cursor by this method.
func (i *secretInput) secret() *secretInput { return i }

func (i *secretInput) key(msg tea.KeyMsg) bool {
	switch {
	case !types(msg):
		return false
	case msg.Paste:
		i.insert(pasted(msg))
	case i.block == "":
		i.line.key(msg)
	case erases(msg):
		i.setBlock("", false)
	}
	return true
}

func erases(msg tea.KeyMsg) bool {
	return msg.Type == tea.KeyBackspace || msg.Type == tea.KeyDelete || msg.Type == tea.KeyCtrlU
}

// value returns what was entered. A stored secret is never passed to the form, so an empty field means
// that it is kept.
func (i *secretInput) value() Value {
	text := i.block + i.line.text()
	return Value{Text: text, Kept: i.exists && text == ""}
}

func (i *secretInput) view(th *style.Theme, width int, focused bool) ([]string, int) {
	return []string{i.draw(th, width, focused)}, 0
}

func (i *secretInput) draw(th *style.Theme, width int, focused bool) string {
	text := i.line.text()
	switch masked := strings.Repeat(style.Mask, 4) + " "; {
	case i.block != "":
		return i.state(th, masked+i.describe(), width, focused)
	case i.value().Kept && focused:
		return i.state(th, masked+i.keeps+"; typing replaces it", width, focused)
	case i.value().Kept:
		return i.state(th, masked+i.keeps, width, focused)
	}
	return i.line.view(th, width, focused, i.reveal == nil || !i.reveal(text))
}

var pemLabel = regexp.MustCompile(`-----BEGIN ([A-Z0-9 ]{1,40})-----`)

// describe describes the block without revealing the secret.
func (i *secretInput) describe() string {
	var words []string
	for _, label := range pemLabel.FindAllStringSubmatch(i.block, 3) {
		words = append(words, label[1])
	}
	lines := "1 line"
	if n := strings.Count(strings.TrimRight(i.block, "\n"), "\n") + 1; n > 1 {
		lines = fmt.Sprintf("%d lines", n)
	}
	if i.more {
		lines += " so far"
	}
	return strings.Join(append(words, lines), ", ")
}

// state draws a description of the secret, with the cursor before it.
func (i *secretInput) state(th *style.Theme, s string, width int, focused bool) string {
	if !focused {
		return th.Dim.Render(clip(s, width))
	}
	return clip(lineWithCursor(th, "", "", min(2, width))+th.Dim.Render(s), width)
}
