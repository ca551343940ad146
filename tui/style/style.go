// Package style is the look of the console: one palette, one set of glyphs, and
// the one function that makes foreign text safe to draw.
//
// Start with [New], which builds a [Theme] from a lipgloss renderer, and pass
// every string that came from outside through [Escape] before it is drawn.
//
// The accent colour marks the focus and nothing else. Green, amber and red mark
// outcomes and nothing else, always next to a glyph and a word. The package
// keeps no global state, so that a test can render every theme side by side.
package style

import (
	"github.com/charmbracelet/lipgloss"
	"github.com/muesli/termenv"
)

// Theme is a complete set of styles. Build it with [New].
type Theme struct {
	Dark  bool
	Plain bool // neither colour nor bold nor reverse: only glyphs tell things apart

	Text   lipgloss.Style // what a person reads
	Dim    lipgloss.Style // labels, hints, whatever is secondary
	Strong lipgloss.Style // the thing a person came to see
	Accent lipgloss.Style // the focus
	Row    lipgloss.Style // laid under the selected row of the focused list
	Cursor lipgloss.Style // the character under the text cursor
	Rule   lipgloss.Style // lines between things

	Good lipgloss.Style
	Warn lipgloss.Style
	Bad  lipgloss.Style

	// JSON, in hues that are neither the accent nor an outcome.
	Key     lipgloss.Style
	String  lipgloss.Style
	Number  lipgloss.Style // and true, false, null
	Bracket lipgloss.Style
}

// palette is what differs between a dark and a light background.
type palette struct {
	text, dim, strong, accent, row, rule lipgloss.Color
	good, warn, bad                      lipgloss.Color
	key, str, number, bracket            lipgloss.Color
}

func darkPalette() palette {
	return palette{
		text: "#cdd6f4", dim: "#8087a2", strong: "#ffffff", accent: "#6cb6ff", row: "#262a3d", rule: "#45485c",
		good: "#8fd694", warn: "#f0b860", bad: "#ff7b86",
		key: "#a9b8d4", str: "#dcd7cf", number: "#cba6f7", bracket: "#7d849e",
	}
}

func lightPalette() palette {
	return palette{
		text: "#2b2f3a", dim: "#6a7080", strong: "#000000", accent: "#0b5fd0", row: "#e3e9f5", rule: "#b9bec9",
		good: "#1d7a33", warn: "#8f5a00", bad: "#b91c2f",
		key: "#44557a", str: "#3a352c", number: "#7c3aad", bracket: "#767d8e",
	}
}

// New builds the theme for a dark or a light background. A renderer without
// colours, which is what NO_COLOR asks for, gives a plain theme.
func New(r *lipgloss.Renderer, dark bool) *Theme {
	p := lightPalette()
	if dark {
		p = darkPalette()
	}
	ink := func(c lipgloss.Color) lipgloss.Style { return r.NewStyle().Foreground(c) }
	return &Theme{
		Dark:    dark,
		Plain:   r.ColorProfile() == termenv.Ascii,
		Text:    ink(p.text),
		Dim:     ink(p.dim),
		Strong:  ink(p.strong).Bold(true),
		Accent:  ink(p.accent).Bold(true),
		Row:     r.NewStyle().Background(p.row).Bold(true),
		Cursor:  r.NewStyle().Reverse(true),
		Rule:    ink(p.rule),
		Good:    ink(p.good),
		Warn:    ink(p.warn),
		Bad:     ink(p.bad),
		Key:     ink(p.key),
		String:  ink(p.str),
		Number:  ink(p.number),
		Bracket: ink(p.bracket),
	}
}
