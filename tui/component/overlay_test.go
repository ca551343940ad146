package component

import (
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"

	"backchannel/tui/style"
)

func TestOverlay(t *testing.T) {
	t.Parallel()
	base := "aaaaaaa\nb顧客bb\nccccccc\nddddddd"
	// The box covers columns 2 and 3: one half each of two wide characters.
	checkEqual(t, Overlay(base, "12\n34", 7, 4), "aaaaaaa\nb 12 bb\ncc34ccc\nddddddd")
	checkEqual(t, overlayAt("   \n   ", "x\ny", 1, 1), "   \n x ")
	checkEqual(t, overlayAt("abc", "", 1, 0), "abc")
}

func TestOverlayKeepsTheColoursAround(t *testing.T) {
	t.Parallel()
	th := colourTheme()
	got := Overlay(th.Good.Render("green text here"), th.Bad.Render("no"), 15, 1)
	left, _, _ := strings.Cut(got, "no")
	if !strings.HasPrefix(left, strings.Split(th.Good.Render("green "), "green")[0]) {
		t.Errorf("got %q, want the colour of the text left of the box kept", got)
	}
	if i := strings.LastIndex(got, "xt here"); !strings.Contains(got[:i], "no\x1b[0m") {
		t.Errorf("got %q, want the colour reset after the box", got)
	}
}

func TestOverlayIsExact(t *testing.T) {
	t.Parallel()
	th := colourTheme()
	for _, size := range sizes {
		w, h := size[0], size[1]
		for _, s := range sampleTexts {
			styled := th.Warn.Render(style.Escape(s))
			base := strings.Repeat(styled+"\n", 30)
			box := Frame(th, styled, []string{styled, styled}, min(30, w))
			for _, got := range []string{Overlay(base, box, w, h), overlayAt(Overlay(base, "", w, h), styled, 3, 1)} {
				if h == 0 {
					checkEqual(t, got, "")
					continue
				}
				for line := range strings.SplitSeq(got, "\n") {
					if width := ansi.StringWidth(line); width != w {
						t.Fatalf("got a width of %d cells for %q, want %d", width, line, w)
					}
				}
			}
		}
	}
}
