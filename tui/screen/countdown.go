package screen

import (
	"fmt"
	"time"

	"backchannel/tui/style"
)

// Drawing begins to draw the screen: nothing on it is out of date.
func (s *Env) Drawing() { s.staleAt.Store(0) }

// Stale reports whether what is on the screen is not true any more, as time has passed.
func (s *Env) Stale() bool {
	at := s.staleAt.Load()
	return at != 0 && s.Now().UnixNano() >= at
}

// drawAgain has the screen drawn again after so long, if it is not anyway.
func (s *Env) drawAgain(now time.Time, after time.Duration) {
	at := now.Add(after).UnixNano()
	if planned := s.staleAt.Load(); planned == 0 || at < planned {
		s.staleAt.Store(at)
	}
}

// ticking is now, for a clock that goes on.
func (s *Env) ticking() time.Time {
	now := s.Now()
	s.drawAgain(now, time.Second)
	return now
}

// Until says how far ahead a time is: "in 21 s", "now". It is drawn again when that is
// another text.
func (s *Env) Until(t time.Time) string {
	if t.IsZero() {
		return style.None
	}
	now := s.Now()
	text, lasts := ahead(t.Sub(now))
	if lasts > 0 {
		s.drawAgain(now, lasts)
	}
	return text
}

// ahead says how far ahead something is, and how long that is the right text; 0: for good.
func ahead(d time.Duration) (text string, lasts time.Duration) {
	const seconds, minutes = 100 * time.Second, 100 * time.Minute
	switch {
	case d <= 0:
		return "now", 0
	case d < seconds:
		n := int64((d + time.Second - 1) / time.Second)
		return fmt.Sprintf("in %d s", n), d - time.Duration(n-1)*time.Second
	case d < minutes:
		n := int64(d / time.Minute)
		return fmt.Sprintf("in %d min", n), d - max(time.Duration(n)*time.Minute, seconds) + 1
	}
	n := int64(d / time.Hour)
	return fmt.Sprintf("in %d h", n), d - max(time.Duration(n)*time.Hour, minutes) + 1
}
