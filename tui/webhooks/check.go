package webhooks

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"regexp"
	"strconv"
	"strings"

	"backchannel/storage"
	"backchannel/tui/component"
)

// A judge finds the errors in a form's values: what cannot be parsed, and what storage
// refuses. It runs while a person types, so it reads no files; the store checks what is in
// these on Submit.
type judge struct {
	base      storage.Webhook
	allowHTTP bool
}

// blind returns sources without files and environment.
func blind() storage.Sources {
	return storage.Sources{
		Env:      func(string) (string, bool) { return "", false },
		ReadFile: func(context.Context, string) ([]byte, error) { return nil, fs.ErrNotExist },
	}
}

// all returns the errors by field ID.
func (j judge) all(v component.Values) map[string]string {
	w, bad := apply(j.base, v)
	w.Normalize()
	var more storage.FieldErrors
	if errors.As(w.Validate(context.Background(), storage.Rules{AllowHTTP: j.allowHTTP, Sources: blind()}), &more) {
		bad = append(bad, more...)
	}
	return byField(bad, secretField(w.Auth.JWT.Algorithm))
}

var (
	headerPath = regexp.MustCompile(`^headers\[(\d+)\]\.(\w+)$`)
	headerRow  = regexp.MustCompile(`headers\[(\d+)\]`)
)

// byField returns the first error of each field of the form, by field ID. secret is the field
// of the key that is visible.
func byField(bad storage.FieldErrors, secret string) map[string]string {
	out := map[string]string{}
	for _, e := range bad {
		id, subject := e.Field, "This"
		switch row := headerPath.FindStringSubmatch(id); {
		case row != nil:
			id, subject = fieldHeaders+"."+row[1]+"."+row[2], "The "+row[2]
		case id == fieldSecret:
			id = secret
		case id == fieldTLS:
			id = fieldCertFile
		}
		if out[id] == "" {
			out[id] = sentence(subject, headerRow.ReplaceAllStringFunc(e.Reason, rowNumber))
		}
	}
	return out
}

// rowNumber returns the number of a header, counted from 1.
func rowNumber(path string) string {
	n, _ := strconv.Atoi(headerRow.FindStringSubmatch(path)[1])
	return fmt.Sprintf("row %d", n+1)
}

// sentence completes a reason that begins with a verb. Its subject was the path of the field,
// which the form does not show.
func sentence(subject, reason string) string {
	if rest, missing := strings.CutPrefix(reason, "is missing"); missing && subject == "This" {
		return "Missing" + rest
	}
	for _, verb := range []string{"is ", "has ", "holds "} {
		if strings.HasPrefix(reason, verb) {
			return subject + " " + reason
		}
	}
	return reason
}
