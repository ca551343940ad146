package receiver

import (
	"io"
	"testing"

	"backchannel/storage"
	"backchannel/tui/style"

	"github.com/charmbracelet/lipgloss"
	"github.com/muesli/termenv"
)

// The word of a failed verdict is the brightest in its row.
func TestOtherVerdictsAreBright(t *testing.T) {
	t.Parallel()
	r := lipgloss.NewRenderer(io.Discard)
	r.SetColorProfile(termenv.TrueColor)
	th := style.New(r, true)
	fail, pass := storage.Verdict{Result: storage.Fail}, storage.Verdict{Result: storage.Pass}
	for _, c := range []struct {
		verdicts storage.Verdicts
		text     string
		glyph    style.Style
	}{
		{storage.Verdicts{Target: fail}, "✗ target", th.Bad},
		{storage.Verdicts{Target: pass, Headers: fail}, "✗ headers", th.Warn},
		{storage.Verdicts{Target: pass, Duplicate: fail, Order: fail}, "✗ duplicate order", th.Warn},
		{storage.Verdicts{Target: fail, Order: fail}, "✗ target order", th.Bad},
	} {
		if got := otherVerdicts(th, c.verdicts); got.Text != c.text || got.Style != th.Strong || got.Glyph != c.glyph {
			t.Errorf("got %q in the style %v with the glyph style %v, want %q in %v with %v", got.Text, got.Style, got.Glyph, c.text, th.Strong, c.glyph)
		}
	}
	if got := otherVerdicts(th, storage.Verdicts{Target: pass}); got.Style == th.Strong {
		t.Error("a passed verdict is as bright as a failed one")
	}
}
