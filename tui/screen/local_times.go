package screen

import (
	"regexp"
	"strings"
	"time"
)

// utcTime is a time in UTC within a text: RFC 3339, or of the day alone.
var utcTime = regexp.MustCompile(`\b(?:\d{4}-\d\d-\d\dT)?\d\d:\d\d:\d\d(?:\.\d+)?Z`)

// LocalTimes is a text that the engine or the receiver wrote, with its times in the zone of
// all others on the screen. Times of the day are of the day on which it was written.
func (s *Env) LocalTimes(text string, written time.Time) string {
	return utcTime.ReplaceAllStringFunc(text, func(found string) string {
		dated := strings.Contains(found, "T")
		whole := found
		if !dated {
			whole = written.UTC().Format(time.DateOnly) + "T" + found
		}
		t, err := time.Parse(time.RFC3339Nano, whole)
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
		return t.In(s.Location).Format(layout)
	})
}

// Translate is a text that the engine or the receiver wrote, in the console's terms.
func (s *Env) Translate(text string, written time.Time) string {
	return s.LocalTimes(keyAdvice(text), written)
}
