package screen

import (
	"testing"
	"time"
)

// A countdown is drawn again when its text changes, and not before.
func TestACountdownIsRightAsLongAsItSays(t *testing.T) {
	t.Parallel()
	for _, d := range []time.Duration{
		time.Nanosecond, time.Second, time.Second + 1, 29*time.Second + 400*time.Millisecond, 99 * time.Second, 100*time.Second - 1,
		100 * time.Second, 2 * time.Minute, 9*time.Minute + 59*time.Second, 99 * time.Minute, 100 * time.Minute, 5*time.Hour + time.Minute, 24 * time.Hour,
	} {
		text, lasts := ahead(d)
		if lasts <= 0 || lasts > d {
			t.Errorf("%s ahead, %q lasts %s", d, text, lasts)
			continue
		}
		if last, _ := ahead(d - lasts + 1); last != text {
			t.Errorf("%s ahead, %q is %q before it is drawn again", d, text, last)
		}
		if next, _ := ahead(d - lasts); next == text {
			t.Errorf("%s ahead, %q is drawn again for nothing", d, text)
		}
	}
	for _, d := range []time.Duration{0, -time.Hour} {
		if text, lasts := ahead(d); text != "now" || lasts != 0 {
			t.Errorf("%s ahead, %q lasts %s", d, text, lasts)
		}
	}
}
