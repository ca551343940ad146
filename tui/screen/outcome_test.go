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
			t.Errorf("%s: %q, want %q", word, got, want)
		}
	}
	if cell := FaultCell(th, storage.Verdict{Result: storage.Pass, Reason: "all is well"}); cell.Text != "✓" {
		t.Errorf("a passed verdict is drawn as %q", cell.Text)
	}
}

// A cross means that a verdict failed: no event has one.
func TestEventGlyphsJudgeNothing(t *testing.T) {
	t.Parallel()
	th := style.New(lipgloss.NewRenderer(io.Discard), true)
	seen := map[string]storage.Status{}
	for _, status := range storage.AllStatuses() {
		glyph, ink := EventStyle(th, status)
		if glyph == style.Cross || glyph == style.Check || glyph == style.Warning || ink != th.Text {
			t.Errorf("%s is drawn as %s, which judges", status, glyph)
		}
		if twin := seen[glyph]; slices.Contains(storage.Statuses(), status) && twin != "" {
			t.Errorf("%s and %s look alike", twin, status)
		}
		seen[glyph] = status
	}
}
