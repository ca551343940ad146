package storage

import (
	"errors"
	"strings"
	"testing"
)

func TestSavedFixtureNames(t *testing.T) {
	f := SavedFixture{Channel: Email, Status: Bounce, Revision: Classic, Payload: []byte("{}")}
	for _, name := range []string{"a", "7", "strange-bounce", "v1.2_x", "sent-twice", strings.Repeat("x", MaxNameLength)} {
		f.Name = name
		if err := f.Validate(); err != nil {
			t.Errorf("%q: %v", name, err)
		}
	}
	for _, name := range []string{"", "-a", ".a", "a b", "a/b", "é", "a\n", strings.Repeat("x", MaxNameLength+1), "sent", "Bounce", "unknown", "sms", "lifecycle"} {
		f.Name = name
		var bad FieldErrors
		if err := f.Validate(); !errors.As(err, &bad) || len(bad) != 1 || bad[0].Field != "name" {
			t.Errorf("%q: %v", name, err)
		}
	}
}
