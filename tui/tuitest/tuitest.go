// Package tuitest helps to test the console's screens. It has records, a real store to put them
// in, and a [Driver] for a single screen.
//
// Start with [OpenStore] and fill it with [Store.AddTwoWebhooks], [Store.AddFewReceipts] or
// [Store.AddFewDeliveries]. The IDs of records are derived from the times at which they are
// written, so tests know them beforehand.
package tuitest

import (
	"encoding/json"
	"strings"
	"time"

	"backchannel/storage"
)

// Noon returns the time at which every test begins.
func Noon() time.Time { return time.Date(2026, 11, 2, 12, 4, 29, 871e6, time.UTC) }

// Acme returns a webhook that uses most of what a webhook can have.
func Acme() storage.Webhook {
	w := storage.NewWebhook()
	w.Version, w.Name = 3, "acme prod"
	w.Sandbox.ID = "8f14e45f-ceea-467f-a0e6-0d2d1b3c9a11"
	w.Channels = storage.Channels()
	w.Auth.Type = storage.AuthJWT
	w.Auth.JWT.Secret = storage.Secret(strings.Repeat("s", 32))
	w.Auth.JWT.Claims = json.RawMessage(`{"team": "crm"}`)
	w.Headers = []storage.HeaderField{{Name: "X-Team", Value: "crm"}, {Name: "X-Key", Value: "hush", Secret: true}}
	w.CreatedAt, w.UpdatedAt = Noon().Add(-48*time.Hour), Noon().Add(-time.Hour)
	w.ID = idAt(w.CreatedAt)
	return w
}

// Staging returns a paused webhook of another endpoint, whose certificate is not verified.
func Staging() storage.Webhook {
	w := storage.NewWebhook()
	w.Version, w.Name = 1, "staging"
	w.Organization, w.Sandbox = "0123456789ABCDEF01234567@AdobeOrg", storage.Sandbox{ID: "e4da3b7f-bbce-4345-9777-2b0674a318d5", Name: "dev"}
	w.Channels = []storage.Channel{storage.SMS}
	w.URL = "https://hooks.example.com/feedback?team=crm"
	w.State, w.StateReason = storage.Paused, "the endpoint answered 410 Gone"
	w.Delivery.TLS.SkipVerify = true
	w.CreatedAt = Noon().Add(-time.Hour + time.Second)
	w.UpdatedAt, w.ID = w.CreatedAt, idAt(w.CreatedAt)
	return w
}

// idAt returns the ID of the first record that is written at a time.
func idAt(t time.Time) storage.ID { return storage.ID(t.UnixMicro()) }
