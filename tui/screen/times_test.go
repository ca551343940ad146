package screen

import (
	"testing"
	"time"
)

// A countdown is drawn again when its text changes, and not before.
func TestCountdownText(t *testing.T) {
	t.Parallel()
	for _, d := range []time.Duration{
		time.Nanosecond, time.Second, time.Second + 1, 29*time.Second + 400*time.Millisecond, 99 * time.Second, 100*time.Second - 1,
		100 * time.Second, 2 * time.Minute, 9*time.Minute + 59*time.Second, 99 * time.Minute, 100 * time.Minute, 5*time.Hour + time.Minute, 24 * time.Hour,
	} {
		text, valid := ahead(d)
		if valid <= 0 || valid > d {
			t.Errorf("ahead(%s) = %q, valid for %s, want more than 0 and at most %s", d, text, valid, d)
			continue
		}
		if last, _ := ahead(d - valid + 1); last != text {
			t.Errorf("%s ahead, the text %q becomes %q before it is drawn again", d, text, last)
		}
		if next, _ := ahead(d - valid); next == text {
			t.Errorf("%s ahead, the text %q is drawn again without a change", d, text)
		}
	}
	for _, d := range []time.Duration{0, -time.Hour} {
		if text, valid := ahead(d); text != "now" || valid != 0 {
			t.Errorf("ahead(%s) = %q, valid for %s, want now, valid forever", d, text, valid)
		}
	}
}
