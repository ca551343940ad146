package token

import (
	"encoding/json"
	"math"
	"strconv"
	"time"
)

// The first second of the year 1 and the last of 9999, in seconds since 1970. RFC 3339 cannot represent other years.
const (
	earliest = -62135596800
	latest   = 253402300799
)

// numericDate is a time claim (RFC 7519 §2): seconds since 1970, fractions allowed.
type numericDate struct {
	time    time.Time // within the years 1 to 9999
	value   float64
	literal string // the number in the token, if it is outside those years
}

// parseNumericDate parses a JSON number of any size.
func parseNumericDate(raw json.RawMessage) (numericDate, bool) {
	if len(raw) == 0 || raw[0] != '-' && (raw[0] < '0' || raw[0] > '9') {
		return numericDate{}, false
	}
	value, _ := strconv.ParseFloat(string(raw), 64) // infinite if out of range
	within := math.Max(earliest, math.Min(value, latest))
	whole, fraction := math.Modf(within)
	date := numericDate{time: time.Unix(int64(whole), int64(fraction*1e9)).UTC(), value: value}
	if within != value {
		date.literal = string(raw)
	}
	return date, true
}

// relativeTo describes the date and its distance from now: "12:00:02Z is 67 s past". It omits the day if it is today.
func (d numericDate) relativeTo(now time.Time) string {
	if d.literal != "" {
		return quote(d.literal) + " is beyond the years 1 to 9999"
	}
	const day = 24 * time.Hour // Truncate to a day is midnight UTC
	layout := "15:04:05Z"
	if !d.time.Truncate(day).Equal(now.Truncate(day)) {
		layout = "2006-01-02T15:04:05Z"
	}
	return d.time.Format(layout) + " is " + d.distance(now)
}

// distance returns how far the date is from now: "67 s past", "3.5 s ahead".
func (d numericDate) distance(now time.Time) string {
	if d.time.Before(now) {
		return span(d.time, now) + " past"
	}
	return span(now, d.time) + " ahead"
}

// span formats the time between two times: "67 s", "3.5 s" or, from two days on, "12 days". It subtracts seconds since
// 1970, because a Duration cannot exceed 292 years.
func span(from, to time.Time) string {
	const day = 24 * 60 * 60
	if days := (to.Unix() - from.Unix()) / day; days >= 2 {
		return strconv.FormatInt(days, 10) + " days"
	}
	return seconds(to.Sub(from))
}

// unitHint recognizes the most common mistakes: milliseconds and microseconds instead of seconds.
func (d numericDate) unitHint() string {
	const year2200, thousand = 7258118400, 1000
	switch {
	case d.value < year2200 || d.value > year2200*thousand*thousand:
		return ""
	case d.value > year2200*thousand:
		return "; the number looks like microseconds instead of seconds"
	}
	return "; the number looks like milliseconds instead of seconds"
}

// seconds formats a duration: "67 s", "0.4 s".
func seconds(d time.Duration) string {
	return strconv.FormatFloat(math.Round(d.Seconds()*10)/10, 'f', -1, 64) + " s"
}
