package component

import (
	"io"
	"strings"
	"testing"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/lipgloss"
	"github.com/charmbracelet/x/ansi"
	"github.com/muesli/termenv"

	"backchannel/tui/style"
)

// sampleTexts are texts to measure: long, wide, combining and invalid ones, and control sequences.
var sampleTexts = []string{
	"", "a", "plain", strings.Repeat("long ", 60), strings.Repeat("x", 300), "顧客 カタカナ 한국어",
	strings.Repeat("顧", 90), "e\u0301e\u0301e\u0301 combining", "👩‍💻 👍🏽 🇩🇪 ❤️ " + strings.Repeat("👨‍👩‍👧", 30),
	"\x1b[2J\x1b]0;t\a\r\n\tnasty\u202e\u200b", "\xff\xfe\xc3", "a\nb\nc", strings.Repeat("é", 100), "1 顧 2",
}

var sizes = [][2]int{{0, 0}, {1, 1}, {2, 3}, {3, 2}, {5, 1}, {7, 4}, {13, 9}, {20, 5}, {33, 3}, {60, 20}, {80, 24}, {121, 31}, {220, 60}}

func theme(p termenv.Profile, dark bool) *style.Theme {
	r := lipgloss.NewRenderer(io.Discard)
	r.SetColorProfile(p)
	return style.New(r, dark)
}

func plainTheme() *style.Theme  { return theme(termenv.Ascii, true) }
func colourTheme() *style.Theme { return theme(termenv.TrueColor, true) }

// key returns the message of a key press. The name is that of a key, such as "ctrl+d", or the
// characters typed.
func key(name string) tea.KeyMsg {
	if name == " " {
		return tea.KeyMsg{Type: tea.KeySpace, Runes: []rune(name)}
	}
	for t := tea.KeyType(-200); t <= 127; t++ {
		if t != tea.KeyRunes && (tea.Key{Type: t}).String() == name {
			return tea.KeyMsg{Type: t}
		}
	}
	if rest, ok := strings.CutPrefix(name, "alt+"); ok {
		k := key(rest)
		k.Alt = true
		return k
	}
	return tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune(name)}
}

func paste(s string) tea.KeyMsg {
	return tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune(s), Paste: true}
}

// checkFits fails if a view is wider than w or taller than h.
func checkFits(t *testing.T, view string, w, h int) {
	t.Helper()
	if view == "" {
		return
	}
	lines := strings.Split(view, "\n")
	if len(lines) > h {
		t.Fatalf("got %d lines, want at most %d", len(lines), h)
	}
	for i, l := range lines {
		if got := ansi.StringWidth(l); got > w {
			t.Fatalf("got line %d %q with %d cells, want at most %d", i, l, got, w)
		}
	}
}

// text returns a view without colours and trailing blanks.
func text(view string) string {
	lines := strings.Split(ansi.Strip(view), "\n")
	for i, l := range lines {
		lines[i] = strings.TrimRight(l, " ")
	}
	return strings.Join(lines, "\n")
}

func checkContains(t *testing.T, view, want string) {
	t.Helper()
	if !strings.Contains(text(view), want) {
		t.Fatalf("the view does not contain %q:\n%s", want, text(view))
	}
}

func checkLacks(t *testing.T, view, unwanted string) {
	t.Helper()
	if strings.Contains(text(view), unwanted) {
		t.Fatalf("the view contains %q:\n%s", unwanted, text(view))
	}
}

func checkEqual(t *testing.T, got, want string) {
	t.Helper()
	if got != want {
		t.Fatalf("got\n%s\nwant\n%s", got, want)
	}
}

func TestFit(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		in    string
		width int
		want  string
	}{
		{"abc", 5, "abc  "}, {"abcdef", 5, "abcd…"}, {"abc", 0, ""}, {"abc", 1, "…"}, {"", 2, "  "},
		{"顧客情報", 5, "顧客…"}, {"顧客情報", 4, "顧… "}, {"a\nb", 3, "a  "}, {"abc", -1, ""},
	} {
		if got := Fit(test.in, test.width); got != test.want {
			t.Errorf("Fit(%q, %d) = %q, want %q", test.in, test.width, got, test.want)
		}
	}
	if got := FitRight("42", 5); got != "   42" {
		t.Errorf("FitRight = %q, want it right-aligned in 5 cells", got)
	}
	if got := Spread("left", "right", 12); got != "left   right" {
		t.Errorf("Spread = %q, want %q", got, "left   right")
	}
	if got := Spread("left is long", "right", 12); got != "left … right" {
		t.Errorf("Spread = %q, want %q", got, "left … right")
	}
}

func TestFitIsExactForAnyText(t *testing.T) {
	t.Parallel()
	th := colourTheme()
	for _, s := range sampleTexts {
		s = style.Escape(s)
		for width := range 100 {
			for _, got := range []string{Fit(s, width), FitRight(th.Bad.Render(s), width), Spread(s, s, width)} {
				if w := ansi.StringWidth(got); w != width {
					t.Fatalf("got a width of %d cells for %q, want %d", w, got, width)
				}
			}
		}
	}
}

func TestLinesAreExact(t *testing.T) {
	t.Parallel()
	for _, size := range sizes {
		got := Lines([]string{"one", strings.Repeat("two", 99), "three"}, size[0], size[1])
		if len(got) != size[1] {
			t.Fatalf("got %d lines, want %d", len(got), size[1])
		}
		checkFits(t, join(got), size[0], size[1])
	}
}

func TestWrap(t *testing.T) {
	t.Parallel()
	checkEqual(t, join(Wrap("the token is cached too long", 10)), "the token\nis cached\ntoo long")
	checkEqual(t, join(Wrap("a port with --listen, a well-known one", 15)), "a port with\n--listen, a\nwell-known one")
	for _, s := range sampleTexts {
		checkFits(t, join(Wrap(style.Escape(s), 7)), 7, 1000)
	}
}
