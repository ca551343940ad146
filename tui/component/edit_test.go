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
	same(t, e.text(), "顧aX bone two three")
	e.key(key("ctrl+u"))
	same(t, e.text(), "")
}

func TestEditView(t *testing.T) {
	t.Parallel()
	e := newEdit("secret 顧")
	th := plainTheme()
	same(t, e.view(th, 12, false, false), "secret 顧")
	same(t, e.view(th, 12, true, false), "secret 顧▏  ")
	same(t, e.view(th, 12, false, true), "••••••••")
	same(t, e.view(th, 6, true, false), "…t 顧▏")
	e.key(key("home"))
	same(t, e.view(th, 6, true, false), "▏secr…")
}

func TestEditShowsTheCursorAtEveryWidth(t *testing.T) {
	t.Parallel()
	for _, s := range awkward {
		e := newEdit(s)
		e.in.SetCursor(len([]rune(e.text())) / 2)
		for width := range 40 {
			got := e.view(plainTheme(), width, true, false)
			if w := ansi.StringWidth(got); w != width {
				t.Fatalf("%q is %d cells, want %d", got, w, width)
			}
			if width > 6 && !strings.Contains(got, "▏") {
				t.Fatalf("no cursor in %q", got)
			}
		}
	}
}
