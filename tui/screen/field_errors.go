package screen

import (
	"strings"

	"backchannel/storage"
)

// ErrorsByField returns the first error of each field of a form, by field ID. locate returns the ID
// for a path of package storage, and the subject for a reason that begins with a verb: there the
// path is the subject, and a form does not show it.
func ErrorsByField(bad storage.FieldErrors, locate func(path string) (id, subject string)) map[string]string {
	out := map[string]string{}
	for _, e := range bad {
		if id, subject := locate(e.Field); out[id] == "" {
			out[id] = sentence(subject, e.Reason)
		}
	}
	return out
}

// sentence completes a reason that begins with a verb.
func sentence(subject, reason string) string {
	if rest, missing := strings.CutPrefix(reason, "is missing"); missing && subject == "This" {
		return "Missing" + rest
	}
	for _, verb := range []string{"is ", "are ", "has ", "contains "} {
		if strings.HasPrefix(reason, verb) {
			return subject + " " + reason
		}
	}
	return reason
}
