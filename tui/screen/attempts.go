package screen

import (
	"strings"
	"time"

	"backchannel/storage"
	"backchannel/tui/style"
)

// errorText returns the error of an attempt, after its class unless the class only repeats it.
func errorText(a storage.Attempt) string {
	if a.ErrorClass == storage.ClassStatus || a.ErrorClass == "" {
		return a.Error
	}
	return string(a.ErrorClass) + ": " + a.Error
}

// timings returns the parts of an attempt's duration. A reused connection has neither dns nor
// connect.
func timings(t storage.Timings) string {
	var parts []string
	for _, part := range []struct {
		name string
		took time.Duration
	}{{"dns", t.DNS}, {"connect", t.Connect}, {"tls", t.TLS}, {"first byte", t.FirstByte}} {
		if part.took > 0 {
			parts = append(parts, part.name+" "+Duration(part.took))
		}
	}
	return strings.Join(parts, "  ")
}

// excerpt returns the first 200 characters of an answer's body, of which up to 16 KiB are kept.
func excerpt(body string) string {
	const most = 200
	if runes := []rune(body); len(runes) > most {
		return string(runes[:most]) + style.More
	}
	return body
}
