package storage

import (
	"cmp"
	"context"
	"errors"
	"fmt"
)

// A FixtureStore is the part of a store that SaveReceipt needs.
type FixtureStore interface {
	Webhook(context.Context, ID) (Webhook, error)
	SaveFixture(context.Context, SavedFixture) error
	SavedFixture(ctx context.Context, name string) (SavedFixture, error)
}

// SaveReceipt saves the body of a receipt as a fixture with the given name. It refuses a body
// that does not say of which channel and status it is, because only events are fired.
func SaveReceipt(ctx context.Context, store FixtureStore, r Receipt, name string) (SavedFixture, error) {
	if r.Channel == "" || r.Status == "" {
		return SavedFixture{}, FieldErrors{{Field: "body", Reason: fmt.Sprintf(
			"that of receipt %s does not say its channel and status, so it is not an event that can be fired; replay the receipt to send it as it is", r.ID)}}
	}
	w, err := store.Webhook(ctx, r.WebhookID)
	if err != nil && !errors.Is(err, ErrNotFound) {
		return SavedFixture{}, err
	}
	if err := store.SaveFixture(ctx, FixtureOf(r, name, w.Revision)); err != nil {
		return SavedFixture{}, err
	}
	return store.SavedFixture(ctx, name)
}

// FixtureOf returns the fixture that has the body of a receipt. The revision is that of the
// receipt's webhook, or empty if the webhook was deleted.
func FixtureOf(r Receipt, name string, revision Revision) SavedFixture {
	return SavedFixture{
		Name: name, Channel: Channel(r.Channel), Status: Status(r.Status),
		Revision: cmp.Or(revision, Classic), Payload: r.Body,
	}
}
