package inventory

import (
	"context"
	"errors"
	"fmt"

	"backchannel/storage"
)

// A FindStore is the part of a store that finding webhooks needs.
type FindStore interface {
	Webhook(ctx context.Context, id storage.ID) (storage.Webhook, error)
	WebhookByName(ctx context.Context, name string) (storage.Webhook, error)
	Webhooks(ctx context.Context) ([]storage.Webhook, error)
}

// A NotFoundError says that no record of a kind has a name or ID. It matches
// storage.ErrNotFound.
type NotFoundError struct {
	Kind   string // webhook or campaign
	Name   string
	Others []string // the names of all records of the kind
}

// Error says what does not exist. It leaves it to the caller to show the names that do.
func (e *NotFoundError) Error() string {
	if len(e.Others) == 0 {
		return fmt.Sprintf("there is no %s %q, and no other", e.Kind, e.Name)
	}
	return fmt.Sprintf("there is no %s %q", e.Kind, e.Name)
}

// Is makes errors.Is match storage.ErrNotFound.
func (e *NotFoundError) Is(target error) bool { return target == storage.ErrNotFound }

// Find returns the webhook with the given name, or else the one with that ID. A name that looks
// like an ID thus still finds its webhook. The error is a *NotFoundError if there is neither.
func Find(ctx context.Context, store FindStore, name string) (storage.Webhook, error) {
	w, err := store.WebhookByName(ctx, name)
	if !errors.Is(err, storage.ErrNotFound) {
		return w, err
	}
	if id, bad := storage.ParseID(name); bad == nil {
		if w, err = store.Webhook(ctx, id); !errors.Is(err, storage.ErrNotFound) {
			return w, err
		}
	}
	all, err := store.Webhooks(ctx)
	if err != nil {
		return storage.Webhook{}, err
	}
	missing := &NotFoundError{Kind: "webhook", Name: name}
	for _, other := range all {
		missing.Others = append(missing.Others, other.Name)
	}
	return storage.Webhook{}, missing
}

// Select returns the named webhooks in the order of the names, or every webhook if none is
// named.
func Select(ctx context.Context, store FindStore, names ...string) ([]storage.Webhook, error) {
	return selected(ctx, store, Find, store.Webhooks, names)
}

// selected returns the named records in the order of the names, or all if none is named.
func selected[S, T any](ctx context.Context, store S, find func(context.Context, S, string) (T, error), all func(context.Context) ([]T, error), names []string) (found []T, err error) {
	if len(names) == 0 {
		return all(ctx)
	}
	for _, name := range names {
		one, err := find(ctx, store, name)
		if err != nil {
			return nil, err
		}
		found = append(found, one)
	}
	return found, nil
}

// A ReceiptStore is the part of a store that SelectReceipts needs.
type ReceiptStore interface {
	FindStore
	Receipts(ctx context.Context, q storage.ReceiptQuery) ([]storage.Receipt, error)
}

// SelectReceipts narrows a query to the receipts of the webhook with the given name or ID.
// Receipts outlive their webhook, so if there is no such webhook, the query selects the receipts
// that a webhook with the name received. If there are none either, the error is that of Find.
func SelectReceipts(ctx context.Context, store ReceiptStore, name string, q *storage.ReceiptQuery) error {
	w, missing := Find(ctx, store, name)
	q.WebhookID = w.ID
	if !errors.Is(missing, storage.ErrNotFound) {
		return missing
	}
	named := storage.Term{Key: "webhook", Value: name}
	left, err := store.Receipts(ctx, storage.ReceiptQuery{Filter: storage.Filter{Terms: []storage.Term{named}}, Limit: 1})
	if err == nil && len(left) == 0 {
		err = missing
	}
	q.Filter.Terms = append(q.Filter.Terms, named)
	return err
}

// Newest returns every webhook, the newest first, or at most limit of them.
func Newest(ctx context.Context, store FindStore, limit int) ([]storage.Webhook, error) {
	all, err := store.Webhooks(ctx)
	return newest(all, webhookID, limit), err
}

func webhookID(w storage.Webhook) storage.ID { return w.ID }
