package style

import (
	"io"
	"testing"

	"github.com/charmbracelet/lipgloss"
	"github.com/charmbracelet/x/ansi"
	"github.com/muesli/termenv"
)

func renderer(p termenv.Profile) *lipgloss.Renderer {
	r := lipgloss.NewRenderer(io.Discard)
	r.SetColorProfile(p)
	return r
}

func TestThemesDiffer(t *testing.T) {
	t.Parallel()
	r := renderer(termenv.TrueColor)
	dark, light := New(r, true), New(r, false)
	if dark.Plain || light.Plain {
		t.Error("got a plain theme, want one with colours")
	}
	if dark.Accent.Render("x") == light.Accent.Render("x") {
		t.Error("the dark and the light theme have the same accent colour")
	}
	if dark.Good.Render("x") == dark.Bad.Render("x") {
		t.Error("good and bad have the same style")
	}
}

func TestPlainThemeEmitsNoSequences(t *testing.T) {
	t.Parallel()
	th := New(renderer(termenv.Ascii), true)
	if !th.Plain {
		t.Error("got a theme with colours, want a plain one")
	}
	for _, s := range []Style{th.Strong, th.Accent, th.Row, th.Cursor, th.Bad} {
		if got := s.Render("x"); got != "x" {
			t.Errorf("got %q in a plain style, want x", got)
		}
	}
}

func TestGlyphsAreOneCell(t *testing.T) {
	t.Parallel()
	for _, g := range []string{
		Dot, Check, Cross, Retry, Warning, Pause, None, Info, Pin, Mark, Bar, Caret, Left, Right,
		Closed, Open, More, Mask, Arrow, Down, Up, Back, Ring, About, Horizontal, Vertical, TopLeft, TopRight, BottomLeft, BottomRight,
	} {
		if w := ansi.StringWidth(g); w != 1 {
			t.Errorf("got a width of %d cells for %q, want 1", w, g)
		}
		if Escape(g) != g {
			t.Errorf("Escape(%q) = %q, want it unchanged", g, Escape(g))
		}
	}
}
