package component

import (
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"
)

func TestEditTypesAndPastes(t *testing.T) {
	t.Parallel()
	e := newEdit("ab")
	for _, k := range []string{"left", "X", " ", "home", "顧", "alt+z", "ctrl+v", "end"} {
		e.key(key(k))
	}
	e.key(paste("one\r\ntwo\rthree\r"))
	checkEqual(t, e.text(), "顧aX bone two three")
	e.key(key("ctrl+u"))
	checkEqual(t, e.text(), "")
}

func TestEditView(t *testing.T) {
	t.Parallel()
	e := newEdit("secret 顧")
	th := plainTheme()
	checkEqual(t, e.view(th, 12, false, false), "secret 顧")
	checkEqual(t, e.view(th, 12, true, false), "secret 顧▏  ")
	checkEqual(t, e.view(th, 12, false, true), "••••••••")
	checkEqual(t, e.view(th, 6, true, false), "…t 顧▏")
	e.key(key("home"))
	checkEqual(t, e.view(th, 6, true, false), "▏secr…")
}

func TestEditShowsTheCursorAtEveryWidth(t *testing.T) {
	t.Parallel()
	for _, s := range sampleTexts {
		e := newEdit(s)
		e.in.SetCursor(len([]rune(e.text())) / 2)
		for width := range 40 {
			got := e.view(plainTheme(), width, true, false)
			if w := ansi.StringWidth(got); w != width {
				t.Fatalf("got a width of %d cells for %q, want %d", w, got, width)
			}
			if width > 6 && !strings.Contains(got, "▏") {
				t.Fatalf("got %q, want it with a cursor", got)
			}
		}
	}
}
