package component

import (
	"testing"

	"github.com/charmbracelet/x/ansi"

	"backchannel/tui/style"
)

// TestWidthIsExact compares Width with the slower ansi.StringWidth, also where a character changes
// the width of the previous one.
func TestWidthIsExact(t *testing.T) {
	t.Parallel()
	th := colourTheme()
	parts := append([]string{
		"e", "\u0301", "\ufe0f", "❤", "▶", "▪", "◽", "…", "─", "│", "█", "●", "✓", "✗", "·", "–", "•", "→", "\u200d", "🇩", "1", "\u20e3", "\x7f", "\t",
		"\x1b", "\x1b[", "\x1b[1", "\x1b[1;", "\x1b[38;2;1;2;3m", "\x1b[m", "\x1b[2J", "\x1b]0;title\a", "\x1b[38:5:1m", "\x9b1m", "m", "顧", "ﾞ",
	}, sampleTexts...)
	for _, a := range parts {
		for _, b := range parts {
			for _, s := range []string{a + b, a + b + a, a + th.Bad.Render(b) + "x", style.Escape(a + b), th.Accent.Render(style.Escape(a)) + b} {
				if got, want := Width(s), ansi.StringWidth(s); got != want {
					t.Fatalf("Width(%q) = %d, want %d", s, got, want)
				}
			}
		}
	}
}
