// Package component has the console's widgets, which know nothing about webhooks.
//
// Start with [Table], [Viewer] and [Form]; [Panes] places them side by side, and
// [Overlay] puts a [Menu], [Confirm] or [Palette] above them. [KeyTable] renders
// the footer and the help from one list of keys.
//
// Every widget is a plain value with the same conventions. SetSize, if there is one, sets
// the size in cells, and View never exceeds it. Key and Update take a message and change
// nothing but the widget: no I/O, no clock, no goroutine. Results are messages with the
// widget's ID. View takes the theme as a parameter, so that the theme can change.
//
// Widgets escape plain text, which may come from anywhere. They draw parameters named styled
// unchanged, so the caller must escape those.
package component

import (
	"strings"

	"github.com/charmbracelet/x/ansi"

	"backchannel/tui/style"
)

// Fit pads or cuts one styled line to exactly width cells. A cut line ends with "…".
func Fit(styled string, width int) string {
	s, pad := fitted(styled, width)
	return s + pad
}

// FitRight is [Fit] with the padding on the left.
func FitRight(styled string, width int) string {
	s, pad := fitted(styled, width)
	return pad + s
}

// fitted returns a line of at most width cells and the spaces that it lacks. It measures a line that
// fits only once, because measuring takes half of the time of drawing.
func fitted(styled string, width int) (s, pad string) {
	if width <= 0 {
		return "", ""
	}
	s, _, _ = strings.Cut(styled, "\n")
	cells := Width(s)
	if cells > width {
		s = clip(s, width)
		cells = Width(s)
	}
	return s, blank(width - cells)
}

// Spread returns a line of exactly width cells with left and right at its ends. If both do
// not fit, left is cut.
func Spread(left, right string, width int) string {
	right = clip(right, width)
	rest := width - Width(right)
	if right == "" || rest < 2 {
		return Fit(left, rest) + right
	}
	return Fit(left, rest-1) + " " + right
}

// Lines returns exactly height lines of exactly width cells. It cuts lines and drops or
// adds lines at the end as needed.
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

// Wrap breaks escaped text into lines of at most width cells, at spaces and hyphens, or
// within a word that is longer than a line. It does not separate a flag from its dashes.
func Wrap(text string, width int) []string {
	if width <= 0 {
		return nil
	}
	wrapped := ansi.Wrap(strings.ReplaceAll(text, "--", flagDashes), width, "")
	return strings.Split(strings.ReplaceAll(wrapped, flagDashes, "--"), "\n")
}

// WrapCut is [Wrap] for at most n lines. It cuts longer text, whose last line then ends with "…".
func WrapCut(text string, width, n int) []string {
	wrapped := Wrap(text, width)
	if len(wrapped) > n {
		wrapped = append(wrapped[:n-1], clip(strings.Join(wrapped[n-1:], " "), width))
	}
	return wrapped
}

// flagDashes replaces "--" while text is wrapped, because text may break after a hyphen. It
// cannot occur in the text, because Escape escapes private-use characters.
const flagDashes = "\ue000\ue000"

// Clip truncates a text to its first line and at most width cells. A truncated text ends with "…".
func Clip(text string, width int) string { return clip(text, width) }

func clip(styled string, width int) string {
	if width <= 0 {
		return ""
	}
	line, _, _ := strings.Cut(styled, "\n")
	if Width(line) <= width {
		return line
	}
	return ansi.Truncate(line, width, style.More)
}

func blank(width int) string {
	return strings.Repeat(" ", max(0, width))
}

func join(lines []string) string {
	return strings.Join(lines, "\n")
}

// Fits reports whether [Spread] would show both texts in full.
func Fits(left, right string, width int) bool {
	return Width(left)+1+Width(right)+1 <= width
}
