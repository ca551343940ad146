package webhooks

import (
	"reflect"
	"testing"
	"time"

	"backchannel/tui/tuitest"

	"backchannel/storage"
	"backchannel/tui/component"
)

// A form without changes returns the webhook with which it began.
func TestValuesRoundTrip(t *testing.T) {
	t.Parallel()
	unusual := tuitest.Acme()
	unusual.Auth.JWT.Audience = []string{"a,b", "c"}
	unusual.Auth.JWT.Secret = "env:KEY"
	unusual.Headers = append(unusual.Headers, storage.HeaderField{Name: "X-File", Value: "file:/run/key", Secret: true})
	unusual.Delivery = storage.DeliveryOptions{
		Timeout: 90 * time.Minute, Retry: []time.Duration{10 * time.Millisecond, 24 * time.Hour}, Concurrency: 1, RatePerSec: 0.25,
		TLS: storage.TLSOptions{CAFile: "/a", CertFile: "/b", KeyFile: "/c", SkipVerify: true},
	}
	none := storage.NewWebhook()
	none.Delivery.Retry = nil
	for _, w := range []storage.Webhook{tuitest.Acme(), tuitest.Staging(), unusual, none} {
		values := valuesOf(w)
		got, bad := apply(w, values)
		if len(bad) > 0 {
			t.Errorf("%s: got errors %v, want none", w.Name, bad)
		}
		if !reflect.DeepEqual(got, w) {
			t.Errorf("%s: got\n%#v\nwant\n%#v", w.Name, got, w)
		}
	}
}

func TestValuesThatCannotBeRead(t *testing.T) {
	t.Parallel()
	values := valuesOf(tuitest.Acme())
	for id, text := range map[string]string{
		fieldTimeout: "10", fieldRetry: "1s, soon", fieldConcurrency: "many", fieldRate: "fast", fieldLifetime: "",
	} {
		values[id] = component.Value{Text: text}
	}
	wrong := byField(validator{}.errors(tuitest.Acme(), values), fieldSecret)
	for id, want := range map[string]string{
		fieldTimeout:     `"10" is not a valid duration; use 10s, say`,
		fieldRetry:       `"soon" is not a valid duration; use waits such as 1s, 5s, 30s, or none`,
		fieldConcurrency: `"many" is not a whole number; use 1 to 256`,
		fieldRate:        `"fast" is not a valid rate; use 50/s, say, or none`,
		fieldLifetime:    `"" is not a valid duration; use 300s, say`,
	} {
		if wrong[id] != want {
			t.Errorf("got error %q for %s, want %q", wrong[id], id, want)
		}
	}
}
