package component

import (
	"slices"
	"strings"

	tea "github.com/charmbracelet/bubbletea"

	"backchannel/tui/style"
)

// A choiceInput shows the chosen option between arrows. It takes one line however many options there
// are. A radioInput, for two or three, shows all of them.
type choiceInput struct {
	single
	options []Option
	at      int
}

func newChoiceInput(f Field) *choiceInput {
	i := &choiceInput{options: f.Options}
	for at, o := range f.Options {
		if o.ID == f.Start.Text {
			i.at = at
		}
	}
	return i
}

func (i *choiceInput) key(msg tea.KeyMsg) bool {
	n := len(i.options)
	if n == 0 {
		return false
	}
	switch msg.String() {
	case "left":
		i.at = (i.at + n - 1) % n
	case "right", " ":
		i.at = (i.at + 1) % n
	default:
		return false
	}
	return true
}

func (i *choiceInput) value() Value {
	if len(i.options) == 0 {
		return Value{}
	}
	return Value{Text: i.options[i.at].ID}
}

func (i *choiceInput) view(th *style.Theme, width int, focused bool) ([]string, int) {
	arrow := th.Dim
	if focused {
		arrow = th.Accent
	}
	label := ""
	if len(i.options) > 0 {
		label = style.Escape(i.options[i.at].Label)
	}
	line := arrow.Render(style.Left) + " " + th.Text.Render(label) + " " + arrow.Render(style.Right)
	return []string{clip(line, width)}, 0
}

// A radioInput shows all options.
type radioInput struct{ choiceInput }

func (i *radioInput) view(th *style.Theme, width int, focused bool) ([]string, int) {
	items := make([]string, len(i.options))
	for at, o := range i.options {
		glyph, ink := style.RadioOff, th.Dim
		if at == i.at {
			glyph, ink = style.Radio, th.Text
		}
		if at == i.at && focused {
			glyph = th.Accent.Render(glyph)
		}
		items[at] = ink.Render(glyph) + " " + ink.Render(style.Escape(o.Label))
	}
	return flow(items, i.at, width)
}

// A multiInput is a row of boxes with a cursor of its own.
type multiInput struct {
	options []Option
	on      []bool
	at      int
}

func newMultiInput(f Field) *multiInput {
	i := &multiInput{options: f.Options, on: make([]bool, len(f.Options))}
	for at, o := range f.Options {
		i.on[at] = slices.Contains(f.Start.Set, o.ID)
	}
	return i
}

func (i *multiInput) key(msg tea.KeyMsg) bool {
	switch msg.String() {
	case "left":
		return i.move(-1)
	case "right":
		return i.move(1)
	case " ":
		if len(i.on) > 0 {
			i.on[i.at] = !i.on[i.at]
		}
		return true
	}
	return false
}

// move is for the arrow keys; tab skips all boxes, see [Form].
func (i *multiInput) move(dir int) bool {
	if to := i.at + dir; to >= 0 && to < len(i.options) {
		i.at = to
		return true
	}
	return false
}

func (i *multiInput) left() {}

// arrive puts the cursor on the first box, or on the last one if it comes from below.
func (i *multiInput) arrive(dir int) {
	i.at = 0
	if dir < 0 {
		i.at = max(0, len(i.options)-1)
	}
}

func (i *multiInput) value() Value {
	var v Value
	for at, o := range i.options {
		if i.on[at] {
			v.Set = append(v.Set, o.ID)
		}
	}
	return v
}

func (i *multiInput) view(th *style.Theme, width int, focused bool) ([]string, int) {
	items := make([]string, len(i.options))
	for at, o := range i.options {
		pointer := "  "
		if focused && at == i.at {
			pointer = " " + th.Accent.Render(style.Left)
		}
		items[at] = box(th, i.on[at], focused && at == i.at) + " " + th.Text.Render(style.Escape(o.Label)) + pointer
	}
	return flow(items, i.at, width)
}

// A checkInput is one box.
type checkInput struct {
	single
	on    bool
	label string
}

func (i *checkInput) key(msg tea.KeyMsg) bool {
	if msg.String() != " " {
		return false
	}
	i.on = !i.on
	return true
}

func (i *checkInput) value() Value { return Value{On: i.on} }

func (i *checkInput) view(th *style.Theme, width int, focused bool) ([]string, int) {
	return []string{clip(box(th, i.on, focused)+" "+th.Text.Render(style.Escape(i.label)), width)}, 0
}

// box draws a box. Its states differ in their glyphs, for people and terminals without colours.
func box(th *style.Theme, on, focused bool) string {
	glyph, ink := style.BoxOff, th.Text
	if on {
		glyph = style.Box
	}
	if focused {
		ink = th.Accent
	}
	return ink.Render(glyph)
}

// flow arranges items side by side if they fit, otherwise below each other, and returns the
// line of the item with the cursor.
func flow(items []string, at, width int) ([]string, int) {
	const gap = "  "
	if line := strings.Join(items, gap); widest(line) <= width || len(items) == 0 {
		return []string{clip(line, width)}, 0
	}
	return Lines(items, width, len(items)), at
}

func firstLabel(options []Option) string {
	if len(options) == 0 {
		return ""
	}
	return options[0].Label
}
