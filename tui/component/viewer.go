package component

import (
	"fmt"
	"strconv"
	"strings"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/x/ansi"

	"backchannel/tui/style"
)

// Viewer shows a text that may be larger than its pane. The line at the top
// stays at the top when the pane is resized or wrapping is switched.
type Viewer struct {
	Numbered bool
	Wrapped  bool // if false, left and right scroll sideways

	styled  []string
	wrapped map[int][]string // cached rows of lines at the current width
	top     int              // line
	sub     int              // row within that line
	left    int
	flagged int
	width   int
	height  int
}

const sideways = 8

// SetSize sets the viewer's size in cells.
func (v *Viewer) SetSize(width, height int) {
	if width != v.width {
		v.wrapped = nil
	}
	v.width, v.height = width, height
	v.clampTop()
}

// SetText shows plain text, escaped, from its beginning.
func (v *Viewer) SetText(s string) {
	v.SetLines(strings.Split(style.EscapeMultiline(s), "\n"))
}

// SetLines shows styled lines from their beginning.
func (v *Viewer) SetLines(styled []string) {
	*v = Viewer{Numbered: v.Numbered, Wrapped: v.Wrapped, width: v.width, height: v.height, styled: styled}
}

// Replace sets other lines and keeps the position, for the same text in another theme or a
// text that has grown.
func (v *Viewer) Replace(styled []string) {
	v.styled, v.wrapped = styled, nil
	v.clampTop()
}

// ShowLine scrolls to a line, counted from 1, and flags it in the margin.
func (v *Viewer) ShowLine(n int) {
	v.flagged = n
	v.top, v.sub = max(0, n-1-v.height/3), 0
	v.clampTop()
}

// ToggleWrap switches wrapping.
func (v *Viewer) ToggleWrap() {
	v.Wrapped = !v.Wrapped
	v.left, v.sub = 0, 0
	v.clampTop()
}

// Position returns the last visible line and the number of lines, as in "12/340".
func (v *Viewer) Position() string {
	last, row := v.top, v.sub
	for range max(0, v.height-1) {
		if next, r := v.down(last, row); next < len(v.styled) {
			last, row = next, r
		}
	}
	return fmt.Sprintf("%d/%d", min(last+1, len(v.styled)), len(v.styled))
}

// Partial reports whether there is more of the text than fits.
func (v *Viewer) Partial() bool {
	line, row := 0, 0
	for range v.height {
		line, row = v.down(line, row)
	}
	return v.height > 0 && line < len(v.styled)
}

// Key handles a key that scrolls and reports whether it did.
func (v *Viewer) Key(msg tea.KeyMsg) bool {
	page := max(1, v.height)
	switch msg.String() {
	case "j", "down":
		v.scroll(1)
	case "k", "up":
		v.scroll(-1)
	case "ctrl+d":
		v.scroll(max(1, page/2))
	case "ctrl+u":
		v.scroll(-max(1, page/2))
	case "pgdown":
		v.scroll(page)
	case "pgup":
		v.scroll(-page)
	case "g", "home":
		v.top, v.sub = 0, 0
	case "G", "end":
		v.top, v.sub = len(v.styled), 0
		v.clampTop()
	case "left":
		return v.slide(-sideways)
	case "right":
		return v.slide(sideways)
	default:
		return false
	}
	return true
}

// slide scrolls sideways, at most to the end of the longest visible line.
func (v *Viewer) slide(by int) bool {
	if v.Wrapped {
		return false
	}
	longest := 0
	for i := v.top; i < min(v.top+v.height, len(v.styled)); i++ {
		longest = max(longest, Width(v.styled[i]))
	}
	v.left = max(0, min(v.left+by, longest-v.room()))
	return true
}

func (v *Viewer) scroll(by int) {
	for ; by > 0; by-- {
		if line, row := v.down(v.top, v.sub); line < len(v.styled) {
			v.top, v.sub = line, row
		}
	}
	for ; by < 0; by++ {
		v.top, v.sub = v.up(v.top, v.sub)
	}
	v.clampTop()
}

// clampTop keeps the top within the text and the last page full.
func (v *Viewer) clampTop() {
	line, row := len(v.styled), 0
	for range max(1, v.height) {
		line, row = v.up(line, row)
	}
	if v.top > line || v.top == line && v.sub > row {
		v.top, v.sub = line, row
	}
	v.top = max(0, v.top)
	v.sub = max(0, min(v.sub, len(v.rows(v.top))-1))
}

func (v *Viewer) down(line, row int) (int, int) {
	if row+1 < len(v.rows(line)) {
		return line, row + 1
	}
	return line + 1, 0
}

func (v *Viewer) up(line, row int) (int, int) {
	if row > 0 {
		return line, row - 1
	}
	if line == 0 {
		return 0, 0
	}
	return line - 1, len(v.rows(line-1)) - 1
}

// rows returns the screen rows of one line. There is at least one.
func (v *Viewer) rows(line int) []string {
	switch {
	case line >= len(v.styled):
		return []string{""}
	case !v.Wrapped:
		return v.styled[line : line+1]
	}
	rows, ok := v.wrapped[line]
	if !ok {
		rows = strings.Split(ansi.Hardwrap(v.styled[line], max(1, v.room()), true), "\n")
		if v.wrapped == nil {
			v.wrapped = map[int][]string{}
		}
		v.wrapped[line] = rows
	}
	return rows
}

// room returns the width available for text beside the line numbers.
func (v *Viewer) room() int {
	return v.width - v.margin()
}

func (v *Viewer) margin() int {
	if !v.Numbered {
		return 0
	}
	return len(strconv.Itoa(len(v.styled))) + 2
}

// View draws the visible rows.
func (v *Viewer) View(th *style.Theme) string {
	if v.width <= 0 || v.height <= 0 {
		return ""
	}
	var lines []string
	line, row := v.top, v.sub
	for len(lines) < v.height && line < len(v.styled) {
		lines = append(lines, v.number(th, line, row)+v.visible(v.rows(line)[row]))
		line, row = v.down(line, row)
	}
	return join(Lines(lines, v.width, v.height))
}

func (v *Viewer) visible(row string) string {
	if v.left > 0 {
		row = ansi.TruncateLeft(row, v.left+1, style.More)
	}
	return row
}

func (v *Viewer) number(th *style.Theme, line, row int) string {
	switch {
	case !v.Numbered:
		return ""
	case row > 0:
		return blank(v.margin())
	case line+1 == v.flagged:
		return th.Bad.Render(FitRight(style.Closed+strconv.Itoa(line+1), v.margin()-1)) + " "
	}
	return th.Rule.Render(FitRight(strconv.Itoa(line+1), v.margin()-1)) + " "
}
