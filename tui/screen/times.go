package screen

import (
	"fmt"
	"sync/atomic"
	"time"

	"backchannel/storage"
	"backchannel/tui/style"
)

// Times formats times for people: in the console's zone, or relative to now. It records when a
// relative time on the screen becomes outdated.
type Times struct {
	Now      func() time.Time
	Location *time.Location

	// staleAt is when the first of the relative times drawn last becomes outdated, in nanoseconds
	// since 1970; 0: never. It is atomic because another goroutine waits for it.
	staleAt atomic.Int64
	// tenths says that one of them shows tenths of a second.
	tenths atomic.Bool
}

// Drawing must be called before the screen is drawn. It resets staleness.
func (t *Times) Drawing() {
	t.staleAt.Store(0)
	t.tenths.Store(false)
}

// Tenths reports whether a relative time on the screen shows tenths of a second and so has to be
// drawn more often than others.
func (t *Times) Tenths() bool { return t.tenths.Load() }

// Stale reports whether a relative time on the screen has become outdated.
func (t *Times) Stale() bool {
	at := t.staleAt.Load()
	return at != 0 && t.Now().UnixNano() >= at
}

// drawAgain makes the screen stale after a duration, or earlier if something else does.
func (t *Times) drawAgain(now time.Time, after time.Duration) {
	at := now.Add(after).UnixNano()
	if planned := t.staleAt.Load(); planned == 0 || at < planned {
		t.staleAt.Store(at)
	}
}

// ticking returns the time, for a clock on the screen that shows seconds.
func (t *Times) ticking() time.Time {
	now := t.Now()
	t.drawAgain(now, time.Second)
	return now
}

// Elapsed returns how long something has been running, in whole seconds.
func (t *Times) Elapsed(since time.Time) string {
	d := max(0, t.ticking().Sub(since)).Truncate(time.Second)
	if d < time.Minute {
		return fmt.Sprintf("%d s", d/time.Second)
	}
	return Duration(d)
}

// Attempts sums up a webhook's latest attempts. If there are any, the screen becomes stale when the
// next period of the tallies begins.
func (t *Times) Attempts(all storage.AttemptTallies) storage.AttemptSummary {
	now := t.Now()
	s := all.Summary(now)
	if s.Attempts > 0 {
		t.drawAgain(now, now.Truncate(storage.TallyPeriod).Add(storage.TallyPeriod).Sub(now))
	}
	return s
}

// Clock returns a time of day to the millisecond, for lists.
func (t *Times) Clock(at time.Time) string {
	if at.IsZero() {
		return style.None
	}
	return at.In(t.Location).Format("15:04:05.000")
}

// today reports whether a time is today, and whether it is in this year.
func (t *Times) today(at time.Time) (day, year bool) {
	now := t.Now().In(t.Location)
	return at.Format(time.DateOnly) == now.Format(time.DateOnly), at.Year() == now.Year()
}

// FormatTime returns the time of day if a time is today, and otherwise its day, in at most 8 cells.
func (t *Times) FormatTime(at time.Time) string {
	if at.IsZero() {
		return style.None
	}
	at = at.In(t.Location)
	switch day, year := t.today(at); {
	case day:
		return at.Format(time.TimeOnly)
	case year:
		return at.Format("Jan _2")
	}
	return at.Format("Jan 2006")
}

// At returns a time for a text that is not drawn again, such as a toast, and so must not be relative.
func (t *Times) At(at time.Time) string { return "at " + t.FormatTime(at) }

// DayOrClock returns the time of day to the millisecond if a time is today, and otherwise its day and
// time, in at most 12 cells.
func (t *Times) DayOrClock(at time.Time) string {
	at = at.In(t.Location)
	switch day, year := t.today(at); {
	case day:
		return t.Clock(at)
	case year:
		return at.Format("Jan _2 15:04")
	}
	return at.Format("Jan _2 2006")
}

// date returns a time with its date and zone, for details.
func (t *Times) date(at time.Time) string {
	if at.IsZero() {
		return style.None
	}
	return at.In(t.Location).Format("2006-01-02 15:04:05.000 MST")
}

// DateUTC returns a time as date does, and also in UTC unless the console's zone is UTC.
func (t *Times) DateUTC(at time.Time) string { return t.date(at) + t.andUTC(at) }

// ClockUTC returns a time as Clock does, and also in UTC unless the console's zone is UTC.
func (t *Times) ClockUTC(at time.Time) string { return t.Clock(at) + t.andUTC(at) }

// andUTC returns a time in UTC to append to one in the console's zone, with the date if that differs.
// It returns "" if the console's zone is UTC.
func (t *Times) andUTC(at time.Time) string {
	here := at.In(t.Location)
	switch {
	case at.IsZero() || IsUTC(here):
		return ""
	case at.UTC().Day() != here.Day():
		return ", " + at.UTC().Format("2006-01-02 15:04:05.000Z")
	}
	return ", " + at.UTC().Format("15:04:05.000Z")
}

// IsUTC reports whether the zone of a time has no offset at that time.
func IsUTC(at time.Time) bool {
	_, offset := at.Zone()
	return offset == 0
}

// Until returns how far ahead a time is: "in 21 s", "now". The screen becomes stale when that text
// changes.
func (t *Times) Until(at time.Time) string {
	if at.IsZero() {
		return style.None
	}
	now := t.Now()
	text, lasts := ahead(at.Sub(now))
	if lasts > 0 {
		t.drawAgain(now, lasts)
	}
	return text
}

// Due returns how far ahead a planned event is. The last ten seconds are shown with tenths: "in 1.4 s".
func (t *Times) Due(at time.Time) string {
	const tenth = 100 * time.Millisecond
	now := t.Now()
	d := at.Sub(now)
	if d <= 0 || d >= 10*time.Second {
		return t.Until(at)
	}
	n := int64((d + tenth - 1) / tenth)
	t.tenths.Store(true)
	t.drawAgain(now, d-time.Duration(n-1)*tenth)
	return fmt.Sprintf("in %d.%d s", n/10, n%10)
}

// Planned reports whether a delivery's event is not due yet and nobody has asked to send it earlier.
func (t *Times) Planned(d storage.Delivery) bool {
	now := t.Now()
	return d.Planned(now) && d.NextAttemptAt.After(now)
}

// ahead returns how far ahead something is, and how long that text stays correct; 0: for ever.
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

// Duration formats how long something took, short enough for a column.
func Duration(d time.Duration) string {
	switch {
	case d < time.Millisecond:
		return fmt.Sprintf("%d µs", d.Microseconds())
	case d < 10*time.Millisecond:
		return fmt.Sprintf("%.1f ms", float64(d)/float64(time.Millisecond))
	case d < time.Second:
		return fmt.Sprintf("%d ms", d.Milliseconds())
	case d < time.Minute:
		return fmt.Sprintf("%.1f s", d.Seconds())
	case d < time.Hour:
		return fmt.Sprintf("%d min", int(d.Minutes()))
	case d < 48*time.Hour:
		return fmt.Sprintf("%.1f h", d.Hours())
	}
	return fmt.Sprintf("%d d", int(d.Hours()/24))
}
