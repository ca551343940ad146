package campaigns

import (
	"io"
	"testing"

	"backchannel/storage"
	"backchannel/tui/screen"
	"backchannel/tui/style"

	"github.com/charmbracelet/lipgloss"
	"github.com/muesli/termenv"
)

func TestNoStateOfAMessageLooksLikeAFailedVerdict(t *testing.T) {
	t.Parallel()
	r := lipgloss.NewRenderer(io.Discard)
	r.SetColorProfile(termenv.TrueColor)
	th := style.New(r, true)
	seen := map[string]storage.MessageState{}
	for _, state := range storage.MessageStates() {
		glyph, ink := messageState(th, state)
		if other, twice := seen[glyph]; twice {
			t.Errorf("%s and %s both have the glyph %s", other, state, glyph)
		}
		seen[glyph] = state
		drawn := ink.Render(glyph)
		for _, outcome := range []string{style.Check, style.Cross} {
			if glyph == outcome {
				t.Errorf("%s has the glyph %s of a verdict", state, glyph)
			}
		}
		if drawn == th.Good.Render(glyph) || drawn == th.Warn.Render(glyph) || drawn == th.Bad.Render(glyph) {
			t.Errorf("%s has the colour of a verdict", state)
		}
	}
	for _, status := range storage.Statuses() {
		want, _ := screen.EventStyle(th, status)
		if seen[want] != storage.MessageState(status) {
			t.Errorf("the message state %s does not have the glyph %s of its event", status, want)
		}
	}
}
