package storage

import (
	"regexp"
	"strconv"
	"time"
)

// ParsePast parses a time at which something has happened: as ParseTime does, or in the zone of
// now, which is that of the person who asks. A time of day is today's, or yesterday's if today's is
// still ahead: 10:36, 10:36:05. A date and a time need no zone: 2026-10-01T12:00.
func ParsePast(text string, now time.Time) (time.Time, bool) {
	if at, ok := ParseTime(text, now); ok {
		return at, true
	}
	if at, ok := parseAny(text, now.Location(), "2006-01-02T15:04:05", "2006-01-02T15:04", "2006-01-02 15:04:05", "2006-01-02 15:04"); ok {
		return at, true
	}
	clock, ok := parseAny(text, time.UTC, "15:04:05", "15:04")
	if !ok {
		return time.Time{}, false
	}
	on := func(day int) time.Time {
		return time.Date(now.Year(), now.Month(), day, clock.Hour(), clock.Minute(), clock.Second(), clock.Nanosecond(), now.Location())
	}
	if at := on(now.Day()); !at.After(now) {
		return at, true
	}
	return on(now.Day() - 1), true
}

// parseAny parses a time in one of several layouts, in a zone.
func parseAny(text string, zone *time.Location, layouts ...string) (time.Time, bool) {
	for _, layout := range layouts {
		if at, err := time.ParseInLocation(layout, text, zone); err == nil {
			return at, true
		}
	}
	return time.Time{}, false
}

// ParseTime parses a time in the format of RFC 3339, or a duration before now in the format
// of time.ParseDuration, optionally preceded by weeks and days: 90s, 1h30m, 7d, 1w2d12h.
func ParseTime(text string, now time.Time) (time.Time, bool) {
	if at, err := time.Parse(time.RFC3339, text); err == nil {
		return at, true
	}
	ago, ok := parseAgo(text)
	return now.Add(-ago), ok
}

// longUnits matches the units that time.ParseDuration lacks, because a day is not always 24
// hours long. For finding recent records that is exact enough.
var longUnits = regexp.MustCompile(`^(?:([0-9]{1,4})w)?(?:([0-9]{1,5})d)?(.*)$`)

// parseAgo parses a duration before now. It refuses one that overflows, and a negative one, which
// would be in the future.
func parseAgo(text string) (ago time.Duration, ok bool) {
	parts := longUnits.FindStringSubmatch(text)
	if parts == nil { // "." does not match a line break
		return 0, false
	}
	weeks, _ := strconv.Atoi(parts[1])
	days, _ := strconv.Atoi(parts[2])
	var rest time.Duration
	if short := parts[3]; short != "" || parts[1]+parts[2] == "" {
		var err error
		if rest, err = time.ParseDuration(short); err != nil {
			return 0, false
		}
	}
	ago = time.Duration(7*weeks+days)*24*time.Hour + rest
	return ago, rest >= 0 && ago >= rest // otherwise the sum has overflowed
}
