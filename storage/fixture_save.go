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

// SaveReceipt saves the body of a receipt as a fixture with the given name. The revision is
// that of the receipt's webhook, or Classic if the webhook was deleted.
func SaveReceipt(ctx context.Context, store FixtureStore, r Receipt, name string) (SavedFixture, error) {
	w, err := store.Webhook(ctx, r.WebhookID)
	if err != nil && !errors.Is(err, ErrNotFound) {
		return SavedFixture{}, err
	}
	f, err := FixtureOf(r, name, cmp.Or(w.Revision, Classic))
	if err != nil {
		return SavedFixture{}, err
	}
	if err := store.SaveFixture(ctx, f); err != nil {
		return SavedFixture{}, err
	}
	return store.SavedFixture(ctx, name)
}

// FixtureOf returns a fixture with the body of a receipt. It rejects a body that does not say its
// channel and status, because only events are fired.
func FixtureOf(r Receipt, name string, revision Revision) (SavedFixture, error) {
	if r.Channel == "" || r.Status == "" {
		return SavedFixture{}, FieldErrors{{Field: "body", Reason: fmt.Sprintf(
			"the body of receipt %s does not say its channel and status, so it is not an event that can be fired; replay the receipt to send it as it is", r.ID)}}
	}
	return SavedFixture{
		Name: name, Channel: Channel(r.Channel), Status: Status(r.Status), Revision: revision, Payload: r.Body,
	}, nil
}
