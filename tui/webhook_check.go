package tui

import (
	"errors"
	"fmt"
	"io/fs"
	"regexp"
	"strings"

	"backchannel/storage"
	"backchannel/tui/component"
)

// A judge says what is wrong with a form's values: what cannot be parsed, and what
// storage will not have. It judges while a person types, so it reads no files:
// what is in those is for the store to judge on Submit.
type judge struct {
	base      storage.Webhook
	allowHTTP bool
}

// blind sees neither files nor environment.
func blind() storage.Sources {
	return storage.Sources{
		Env:      func(string) (string, bool) { return "", false },
		ReadFile: func(string) ([]byte, error) { return nil, fs.ErrNotExist },
	}
}

// all is what is wrong with every field, by field id.
func (j judge) all(v component.Values) map[string]string {
	w, bad := apply(j.base, v)
	w.Normalize()
	var more storage.FieldErrors
	if errors.As(w.Validate(storage.Rules{AllowHTTP: j.allowHTTP, Sources: blind()}), &more) {
		bad = append(bad, more...)
	}
	return byField(bad, secretField(w.Auth.JWT.Algorithm))
}

// check says what is wrong with one field.
func (j judge) check(id string) func(component.Values) string {
	return func(v component.Values) string {
		wrong := j.all(v)
		if id == fieldHeaders && wrong[id] == "" {
			return firstRow(wrong)
		}
		return wrong[id]
	}
}

// firstRow is what is wrong with the first bad header row.
func firstRow(wrong map[string]string) string {
	for i := range storage.MaxHeaders {
		if text := wrong[fmt.Sprintf("%s.%d", fieldHeaders, i)]; text != "" {
			return fmt.Sprintf("Row %d: %s", i+1, text)
		}
	}
	return ""
}

var headerPath = regexp.MustCompile(`^headers\[(\d+)\]\.?(\w*)$`)

// byField sorts errors by the field that they belong beside, the first one of
// each. secret is the field of the key that is shown.
func byField(bad storage.FieldErrors, secret string) map[string]string {
	out := map[string]string{}
	for _, e := range bad {
		id, subject := e.Field, "This"
		switch row := headerPath.FindStringSubmatch(id); {
		case row != nil:
			id, subject = fieldHeaders+"."+row[1], "The "+row[2]
		case id == fieldSecret:
			id = secret
		case id == fieldTLS:
			id = fieldCertFile
		}
		if out[id] == "" {
			out[id] = sentence(subject, e.Reason)
		}
	}
	return out
}

// sentence makes a reason stand alone: where it begins with a verb, its subject
// was the field's path.
func sentence(subject, reason string) string {
	for _, verb := range []string{"is ", "has ", "holds "} {
		if strings.HasPrefix(reason, verb) {
			return subject + " " + reason
		}
	}
	return reason
}
