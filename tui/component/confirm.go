package component

import (
	"fmt"
	"strings"

	tea "github.com/charmbracelet/bubbletea"

	"backchannel/tui/style"
)

// Confirm asks before an action that cannot be undone. At first the harmless answer has the focus,
// so that enter, pressed too often, does no damage. Build it with [NewConfirm].
type Confirm struct {
	Title string
	Text  []string // paragraphs
	Yes   string   // the verb: "delete"
	No    string   // "keep"
	Typed string   // if set, a person must type exactly this to confirm

	yes   bool
	line  edit
	wrong string // what was typed instead of Typed, if enter did not confirm
}

// NewConfirm returns c, ready for keys.
func NewConfirm(c Confirm) *Confirm {
	c.line, c.yes = newEdit(""), false
	return &c
}

// Key handles a key, and returns the answer once there is one. If a name has to be typed, the keys y
// and n do not answer: they may have been pressed for what was on the screen before.
func (c *Confirm) Key(key tea.KeyMsg) (yes, answered bool) {
	switch {
	case key.String() == "esc":
		return false, true
	case c.Typed != "":
		return c.typed(key)
	}
	switch key.String() {
	case "y":
		return true, true
	case "n":
		return false, true
	case "enter":
		return c.yes, true
	case "left", "right", "tab", "shift+tab", "h", "l":
		c.yes = !c.yes
	}
	return false, false
}

func (c *Confirm) typed(key tea.KeyMsg) (yes, answered bool) {
	if key.Type != tea.KeyEnter {
		c.line.key(key)
		c.wrong = ""
		return false, false
	}
	if c.line.text() != c.Typed {
		c.wrong = c.refusal()
		return false, false
	}
	return true, true
}

// refusal returns why enter did not confirm.
func (c *Confirm) refusal() string {
	if c.line.text() == "" {
		return "Nothing was typed. Type the name, or esc to " + c.No + "."
	}
	return fmt.Sprintf("%q is not %q: correct it, or esc to %s.", c.line.text(), c.Typed, c.No)
}

// View draws a box of at most width cells, for [Overlay].
func (c *Confirm) View(th *style.Theme, width int) string {
	width = min(width, 60)
	inner := width - 4
	var lines []string
	for _, paragraph := range c.Text {
		for _, l := range Wrap(style.Escape(paragraph), inner) {
			lines = append(lines, th.Text.Render(l))
		}
	}
	lines = append(append(lines, ""), c.choices(th, inner)...)
	return Frame(th, th.Strong.Render(style.Escape(c.Title)), lines, width)
}

func (c *Confirm) choices(th *style.Theme, width int) []string {
	if c.Typed == "" {
		return []string{c.button(th, "y", c.Yes, c.yes) + "   " + c.button(th, "n", c.No, !c.yes)}
	}
	keys := []string{keyHint(th, "esc", c.No)}
	if c.line.text() == c.Typed {
		keys = append(keys, keyHint(th, "enter", c.Yes))
	}
	lines := []string{
		th.Dim.Render("Type " + style.Escape(c.Typed) + " to " + style.Escape(c.Yes) + ":"),
		th.Accent.Render(style.Bar) + " " + c.line.view(th, max(0, width-2), true, false),
	}
	if c.wrong != "" {
		for _, line := range Wrap(style.Cross+" "+style.Escape(c.wrong), width) {
			lines = append(lines, th.Bad.Render(line))
		}
	}
	return append(lines, "", strings.Join(keys, "   "))
}

func (c *Confirm) button(th *style.Theme, key, label string, focused bool) string {
	if focused {
		return th.Accent.Render(style.Bar + " " + key + " " + style.Escape(label))
	}
	return "  " + keyHint(th, key, label)
}

// keyHint returns a key and its action.
func keyHint(th *style.Theme, key, label string) string {
	return th.Text.Render(style.Escape(key)) + " " + th.Dim.Render(style.Escape(label))
}
