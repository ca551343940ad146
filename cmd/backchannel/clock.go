package main

import (
	"fmt"
	"time"
)

// timeOfDay tells events of one second apart.
const timeOfDay = "15:04:05.000"

// A localTime tells the time, and shows moments in the zone of the person who reads them.
type localTime struct {
	now  func() time.Time
	zone *time.Location
}

// time is a moment in full, nothing for one that never was.
func (t *localTime) time(at time.Time) string {
	if at.IsZero() {
		return ""
	}
	return at.In(t.zone).Format(time.DateOnly + " " + timeOfDay)
}

// clock is a moment as lists show it: without the day if that is today.
func (t *localTime) clock(at time.Time) string {
	at, now := at.In(t.zone), t.now().In(t.zone)
	if at.Format(time.DateOnly) == now.Format(time.DateOnly) {
		return at.Format(timeOfDay)
	}
	return at.Format(time.DateOnly + " " + timeOfDay)
}

// latency is a duration in the digits that matter, nothing for none.
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

// ahead is how far ahead a moment is, or when it is if that is not soon.
func (t *localTime) ahead(at time.Time) string {
	switch d := at.Sub(t.now()); {
	case d < 10*time.Second:
		return fmt.Sprintf("in %.1f s", max(0, d.Seconds()))
	case d < 100*time.Second:
		return fmt.Sprintf("in %.0f s", d.Seconds())
	}
	return "at " + t.clock(at)
}
