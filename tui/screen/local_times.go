package screen

import (
	"regexp"
	"strings"
	"time"

	"backchannel/storage"
)

// utcTime matches a time in UTC within a text: RFC 3339, or the time of day alone.
var utcTime = regexp.MustCompile(`\b(?:\d{4}-\d\d-\d\dT)?\d\d:\d\d:\d\d(?:\.\d+)?Z`)

// LocalTimes returns a text that the engine or the receiver wrote with its times converted to the
// console's zone. A time of day is taken to be of the day on which the text was written.
func (t *Times) LocalTimes(text string, written time.Time) string {
	return utcTime.ReplaceAllStringFunc(text, func(found string) string {
		dated := strings.Contains(found, "T")
		whole := found
		if !dated {
			whole = written.UTC().Format(time.DateOnly) + "T" + found
		}
		at, err := time.Parse(time.RFC3339Nano, whole)
		if err != nil {
			return found
		}
		layout := time.TimeOnly
		if _, fraction, ok := strings.Cut(found, "."); ok {
			layout += "." + strings.Repeat("0", len(fraction)-1)
		}
		if dated {
			layout = time.DateOnly + " " + layout + " MST"
		}
		return at.In(t.Location).Format(layout)
	})
}

// Translate returns a text that the engine or the receiver wrote with local times, and with the
// console's key in place of the command that it advises.
func (t *Times) Translate(text string, written time.Time) string {
	return t.LocalTimes(storage.AdviseInstead(text, ActivateAdvice), written)
}
