package token

import (
	"encoding/json"
	"math"
	"strconv"
	"time"
)

// The seconds since 1970 of the years 1 and 9999, beyond which a time cannot be written as RFC 3339 has it.
const (
	earliest = -62135596800
	latest   = 253402300799
)

// numericDate is a time claim (RFC 7519 §2): seconds since 1970, fractions allowed.
type numericDate struct {
	time    time.Time // within the years 1 to 9999
	value   float64
	literal string // as the token has it, when it is beyond those years and so no time at all
}

// parseNumericDate reads a JSON number of any size.
func parseNumericDate(raw json.RawMessage) (numericDate, bool) {
	if len(raw) == 0 || raw[0] != '-' && (raw[0] < '0' || raw[0] > '9') {
		return numericDate{}, false
	}
	value, _ := strconv.ParseFloat(string(raw), 64) // out of range is an infinity, which serves as well
	within := math.Max(earliest, math.Min(value, latest))
	whole, fraction := math.Modf(within)
	date := numericDate{time: time.Unix(int64(whole), int64(fraction*1e9)).UTC(), value: value}
	if within != value {
		date.literal = string(raw)
	}
	return date, true
}

// relativeTo shows the date and how far from now it is: "12:00:02Z is 67 s past". The day is left out when it is
// today's.
func (d numericDate) relativeTo(now time.Time) string {
	if d.literal != "" {
		return quote(d.literal) + " is beyond the years 1 to 9999"
	}
	const day = 24 * time.Hour // as Truncate has it, from midnight to midnight UTC
	layout := "15:04:05Z"
	if !d.time.Truncate(day).Equal(now.Truncate(day)) {
		layout = "2006-01-02T15:04:05Z"
	}
	at := d.time.Format(layout)
	if d.time.Before(now) {
		return at + " is " + span(d.time, now) + " past"
	}
	return at + " is " + span(now, d.time) + " ahead"
}

// span writes the time between two moments: "67 s", "3.5 s", or, from two days on, "12 days". It does not subtract the
// times themselves, for a Duration ends at 292 years.
func span(from, to time.Time) string {
	const day = 24 * 60 * 60
	if days := (to.Unix() - from.Unix()) / day; days >= 2 {
		return strconv.FormatInt(days, 10) + " days"
	}
	return seconds(to.Sub(from))
}

// unitHint recognises the commonest slips, milliseconds and microseconds for seconds.
func (d numericDate) unitHint() string {
	const year2200, thousand = 7258118400, 1000
	switch {
	case d.value < year2200 || d.value > year2200*thousand*thousand:
		return ""
	case d.value > year2200*thousand:
		return "; the number looks like microseconds, where seconds belong"
	}
	return "; the number looks like milliseconds, where seconds belong"
}

// seconds writes a duration for a reader: "67 s", "0.4 s".
func seconds(d time.Duration) string {
	return strconv.FormatFloat(math.Round(d.Seconds()*10)/10, 'f', -1, 64) + " s"
}
