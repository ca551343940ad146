// Package style defines the look of the console: its palette, its glyphs, and the function
// that makes foreign text safe to draw.
//
// Start with [New], which builds a [Theme] from a lipgloss renderer, and pass every string
// from outside through [Escape] before drawing it.
//
// The accent colour marks only the focus. Green, amber and red mark only outcomes, always
// next to a glyph and a word. The package has no global state, so that a test can render
// several themes side by side.
package style

import (
	"github.com/charmbracelet/lipgloss"
	"github.com/muesli/termenv"
)

// Theme is a complete set of styles. Build it with [New].
type Theme struct {
	Dark  bool
	Plain bool // no colour, bold or reverse: only glyphs make a difference

	Text   Style // ordinary text
	Dim    Style // labels, hints and other secondary text
	Strong Style // the most important text
	Accent Style // the focus
	Row    Style // the background of the selected row of the focused list
	Cursor Style // the character under the text cursor
	Rule   Style // lines between things

	Good Style
	Warn Style
	Bad  Style

	// JSON, in hues that are neither the accent nor an outcome.
	Key     Style
	String  Style
	Number  Style // and true, false, null
	Bracket Style
}

// palette holds the colours, which differ between dark and light backgrounds.
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

// New returns the theme for a dark or a light background. If the renderer has no colours, as
// with NO_COLOR, the theme is plain.
func New(r *lipgloss.Renderer, dark bool) *Theme {
	p := lightPalette()
	if dark {
		p = darkPalette()
	}
	colour := func(c lipgloss.Color) lipgloss.Style { return r.NewStyle().Foreground(c) }
	ink := func(c lipgloss.Color) Style { return newStyle(colour(c)) }
	return &Theme{
		Dark:    dark,
		Plain:   r.ColorProfile() == termenv.Ascii,
		Text:    ink(p.text),
		Dim:     ink(p.dim),
		Strong:  newStyle(colour(p.strong).Bold(true)),
		Accent:  newStyle(colour(p.accent).Bold(true)),
		Row:     newStyle(r.NewStyle().Background(p.row).Bold(true)),
		Cursor:  newStyle(r.NewStyle().Reverse(true)),
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
