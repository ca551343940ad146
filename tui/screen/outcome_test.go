package screen

import (
	"io"
	"slices"
	"testing"

	"github.com/charmbracelet/lipgloss"

	"backchannel/storage"
	"backchannel/tui/style"
)

func TestFaultCell(t *testing.T) {
	t.Parallel()
	th := style.New(lipgloss.NewRenderer(io.Discard), true)
	for word, want := range map[string][]string{
		"exp":                  {"✗ exp", "✗ exp", "✗ exp", "✗"},
		"no aud":               {"✗ no aud", "✗ no aud", "✗ aud", "✗"},
		"scheme":               {"✗ scheme", "✗ scheme", "✗ scheme", "✗ sche…", "✗ sch…", "✗"},
		"feedbackStatus/value": {"✗ feedbackStatus/value", "✗ feedbackStatus/value", "✗ value", "✗ value", "✗ val…", "✗"},
		"顧客":                   {"✗ 顧客", "✗ 顧客", "✗ 顧客", "✗"},
		"":                     {"✗"},
	} {
		cell := FaultCell(th, storage.Verdict{Result: storage.Fail, Word: word})
		if got := append([]string{cell.Text}, cell.Shorter...); !slices.Equal(got, want) {
			t.Errorf("%s: got forms %q, want %q", word, got, want)
		}
	}
	if cell := FaultCell(th, storage.Verdict{Result: storage.Pass, Reason: "all is well"}); cell.Text != "✓" {
		t.Errorf("got %q for a passed verdict, want ✓", cell.Text)
	}
}

// No event has the glyph of a verdict, such as the cross.
func TestEventGlyphsAreNotThoseOfVerdicts(t *testing.T) {
	t.Parallel()
	th := style.New(lipgloss.NewRenderer(io.Discard), true)
	seen := map[string]storage.Status{}
	for _, status := range storage.AllStatuses() {
		glyph, ink := EventStyle(th, status)
		if glyph == style.Cross || glyph == style.Check || glyph == style.Warning || ink != th.Text {
			t.Errorf("%s has the glyph %s or the colour of a verdict", status, glyph)
		}
		if other := seen[glyph]; slices.Contains(storage.Statuses(), status) && other != "" {
			t.Errorf("%s and %s both have the glyph %s", other, status, glyph)
		}
		seen[glyph] = status
	}
}
