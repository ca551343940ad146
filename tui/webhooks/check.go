package webhooks

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"regexp"
	"slices"
	"strconv"

	"backchannel/storage"
	"backchannel/tui/component"
	"backchannel/tui/screen"
)

// A validator finds the errors in a form's values: what cannot be parsed, and what package storage
// rejects. It runs at each key, so it reads no files. Their contents are checked on submit.
type validator struct{ allowHTTP bool }

// noSources returns sources without files and environment variables.
func noSources() storage.Sources {
	return storage.Sources{
		Env:      func(string) (string, bool) { return "", false },
		ReadFile: func(context.Context, string) ([]byte, error) { return nil, fs.ErrNotExist },
	}
}

// errors returns the errors in a form's values for a webhook.
func (j validator) errors(base storage.Webhook, v component.Values) storage.FieldErrors {
	w, bad := apply(base, v)
	w.Normalize()
	var more storage.FieldErrors
	if errors.As(w.Validate(context.Background(), storage.Rules{AllowHTTP: j.allowHTTP, Sources: noSources()}), &more) {
		bad = append(bad, more...)
	}
	return bad
}

var (
	// headerPath matches the paths that storage gives to the cells of a header.
	headerPath = regexp.MustCompile(`^headers\[(\d+)\]\.(\w+)$`)
	// headerRow matches such a path within a message, which says "row 2" instead.
	headerRow = regexp.MustCompile(`headers\[(\d+)\]`)
)

// byField returns the first error of each field of the form, by field ID. Two paths of package storage are
// not fields: auth.secret is the key of any algorithm, for which secret is the visible field, and
// delivery.tls is where a client certificate without a key, or a key without one, is reported.
func byField(bad storage.FieldErrors, secret string) map[string]string {
	bad = slices.Clone(bad)
	for i := range bad {
		bad[i].Reason = headerRow.ReplaceAllStringFunc(bad[i].Reason, rowNumber)
	}
	return screen.ErrorsByField(bad, func(path string) (id, subject string) {
		switch row := headerPath.FindStringSubmatch(path); {
		case row != nil:
			return fieldHeaders + "." + row[1] + "." + row[2], "The " + row[2]
		case path == fieldSecret:
			return secret, "This"
		case path == fieldTLS:
			return fieldCertFile, "This"
		}
		return path, "This"
	})
}

// rowNumber returns the number of a header, counted from 1.
func rowNumber(path string) string {
	n, _ := strconv.Atoi(headerRow.FindStringSubmatch(path)[1])
	return fmt.Sprintf("row %d", n+1)
}
