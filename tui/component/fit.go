// Package component holds the console's widgets. They know nothing of webhooks.
//
// Start with [Table], [Viewer] and [Form]; [Panes] places them side by side, and
// [Overlay] puts a [Menu], [Confirm] or [Palette] above them. [KeyTable] renders
// the footer and the help from one list of keys.
//
// Every widget is a plain value with the same habits. SetSize, where it is
// there, says how many cells it has, and View never uses more. Key or Update
// take a message and only change the widget: no I/O, no clock, no goroutine.
// What happened is told by a message with the widget's ID. View takes the theme,
// so that it can change at any time.
//
// Plain text given to a widget may come from anywhere: the widget escapes it.
// Parameters named styled are drawn as they are, and are the caller's to escape.
package component

import (
	"strings"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/x/ansi"

	"backchannel/tui/style"
)

// Fit pads or cuts one styled line to exactly width cells. A cut shows as "…".
func Fit(styled string, width int) string {
	s := clip(styled, width)
	return s + blank(width-ansi.StringWidth(s))
}

// FitRight is [Fit] with the padding on the left.
func FitRight(styled string, width int) string {
	s := clip(styled, width)
	return blank(width-ansi.StringWidth(s)) + s
}

// Spread puts left and right at the two ends of a line of exactly width cells.
// When both do not fit, left is cut.
func Spread(left, right string, width int) string {
	right = clip(right, width)
	rest := width - ansi.StringWidth(right)
	if right == "" || rest < 2 {
		return Fit(left, rest) + right
	}
	return Fit(left, rest-1) + " " + right
}

// Lines makes exactly height lines of exactly width cells, cutting what is too
// much and adding empty lines where there is too little.
func Lines(styled []string, width, height int) []string {
	out := make([]string, max(0, height))
	for i := range out {
		if i < len(styled) {
			out[i] = Fit(styled[i], width)
		} else {
			out[i] = blank(width)
		}
	}
	return out
}

// Wrap breaks escaped text at spaces and hyphens into lines of at most width cells, and
// breaks words that are longer than a line. The dashes of a flag stay with it.
func Wrap(text string, width int) []string {
	if width <= 0 {
		return nil
	}
	wrapped := ansi.Wrap(strings.ReplaceAll(text, "--", flagDashes), width, "")
	return strings.Split(strings.ReplaceAll(wrapped, flagDashes, "--"), "\n")
}

// flagDashes stand for "--" while text is wrapped, for a hyphen is a place to break.
// Escaped text holds no characters of private use.
const flagDashes = "\ue000\ue000"

// clip cuts one line to at most width cells.
func clip(styled string, width int) string {
	if width <= 0 {
		return ""
	}
	line, _, _ := strings.Cut(styled, "\n")
	return ansi.Truncate(line, width, style.More)
}

func blank(width int) string {
	return strings.Repeat(" ", max(0, width))
}

func join(lines []string) string {
	return strings.Join(lines, "\n")
}

// emit is the command that brings msg to the program.
func emit(msg tea.Msg) tea.Cmd {
	return func() tea.Msg { return msg }
}

// Fits reports whether [Spread] would show both in full.
func Fits(left, right string, width int) bool {
	return ansi.StringWidth(left)+1+ansi.StringWidth(right)+1 <= width
}
