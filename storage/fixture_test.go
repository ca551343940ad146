package storage

import (
	"errors"
	"strings"
	"testing"
)

func TestSavedFixtureNames(t *testing.T) {
	f := SavedFixture{Channel: Email, Status: StatusBounce, Revision: Classic, Payload: []byte("{}")}
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

func TestSavedFixtureFields(t *testing.T) {
	good := SavedFixture{Name: "mine", Channel: SMS, Status: StatusRead, Revision: Revision202610, Payload: []byte("not JSON")}
	for _, test := range []struct {
		field  string
		reason string
		change func(*SavedFixture)
	}{
		{"channel", `"fax" is unknown; use email, sms`, func(f *SavedFixture) { f.Channel = "fax" }},
		{"channel", `"" is unknown; use email, sms`, func(f *SavedFixture) { f.Channel = "" }},
		{"status", `"bonce" is unknown; use sent, `, func(f *SavedFixture) { f.Status = "bonce" }},
		{"revision", `"2027" is unknown; use classic, 2026-10`, func(f *SavedFixture) { f.Revision = "2027" }},
		{"payload", "is missing; give the bytes to send", func(f *SavedFixture) { f.Payload = nil }},
	} {
		f := good
		test.change(&f)
		var bad FieldErrors
		if err := f.Validate(); !errors.As(err, &bad) || len(bad) != 1 || bad[0].Field != test.field || !strings.HasPrefix(bad[0].Reason, test.reason) {
			t.Errorf("got %v, want %s: %s", err, test.field, test.reason)
		}
	}
	if err := good.Validate(); err != nil {
		t.Error(err)
	}
}

func TestFixtureOfAReceipt(t *testing.T) {
	t.Parallel()
	for name, r := range map[string]Receipt{
		"neither":    {Body: []byte("{}")},
		"no channel": {Status: "sent", Body: []byte("{}")},
		"no status":  {Channel: "email", Body: []byte("{}")},
	} {
		if f, err := FixtureOf(r, "a", Classic); err == nil || !strings.Contains(err.Error(), "does not say its channel and status") {
			t.Errorf("%s: got %+v, %v; want an error", name, f, err)
		}
	}
	r := Receipt{Channel: "sms", Status: "bounce", Body: []byte(`{"a":1}`)}
	f, err := FixtureOf(r, "a", Classic)
	if err != nil || f.Name != "a" || f.Channel != SMS || f.Status != StatusBounce || f.Revision != Classic || string(f.Payload) != `{"a":1}` {
		t.Errorf("got %+v, %v", f, err)
	}
}
