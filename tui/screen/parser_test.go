package screen

import (
	"testing"
	"time"
)

func TestShortDuration(t *testing.T) {
	t.Parallel()
	for d, want := range map[time.Duration]string{
		10 * time.Second: "10s", 2 * time.Minute: "2m", time.Hour: "1h", 90 * time.Minute: "1h30m",
		time.Hour + time.Second: "1h0m1s", 1500 * time.Millisecond: "1.5s", 0: "0s", 100 * time.Second: "1m40s",
	} {
		got := ShortDuration(d)
		if got != want {
			t.Errorf("ShortDuration(%s) = %q, want %q", d, got, want)
		}
		if parsed, err := time.ParseDuration(got); err != nil || parsed != d {
			t.Errorf("ParseDuration(%q) = %s, %v, want %s and no error", got, parsed, err, d)
		}
	}
}
