package main

import (
	"fmt"
	"time"
)

// timeOfDay is the layout of times of day. It has milliseconds, because many events happen within
// one second.
const timeOfDay = "15:04:05.000"

// A localTime provides the clock, and formats times in the user's time zone.
type localTime struct {
	now  func() time.Time
	zone *time.Location
}

// time returns a time in full, or "" for the zero time.
func (t *localTime) time(at time.Time) string {
	if at.IsZero() {
		return ""
	}
	return at.In(t.zone).Format(time.DateOnly + " " + timeOfDay)
}

// clock formats a time for lists, without the date if that is today.
func (t *localTime) clock(at time.Time) string {
	at, now := at.In(t.zone), t.now().In(t.zone)
	if at.Format(time.DateOnly) == now.Format(time.DateOnly) {
		return at.Format(timeOfDay)
	}
	return at.Format(time.DateOnly + " " + timeOfDay)
}

// latency formats a duration with about three digits, or as "" for 0.
func latency(d time.Duration) string {
	switch {
	case d == 0:
		return ""
	case d < 10*time.Millisecond:
		return d.Round(10 * time.Microsecond).String()
	case d < time.Second:
		return d.Round(time.Millisecond).String()
	}
	return d.Round(10 * time.Millisecond).String()
}

// ahead formats how far in the future a time is, or the time itself if that is more than 100 s.
func (t *localTime) ahead(at time.Time) string {
	switch d := at.Sub(t.now()); {
	case d < 10*time.Second:
		return fmt.Sprintf("in %.1f s", max(0, d.Seconds()))
	case d < 100*time.Second:
		return fmt.Sprintf("in %.0f s", d.Seconds())
	}
	return "at " + t.clock(at)
}
