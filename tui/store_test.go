package tui

import (
	"context"
	"testing"
	"time"

	"backchannel/storage"
	"backchannel/tui/tuitest"
)

// A testStore is a real store whose methods fail where a test says.
type testStore struct {
	*tuitest.Store
	fail error // what the methods below return, if not nil
}

func openStore(t testing.TB, now func() time.Time, rules storage.Rules) *testStore {
	t.Helper()
	return &testStore{Store: tuitest.OpenStore(t, now, rules)}
}

func (s *testStore) Webhooks(ctx context.Context) ([]storage.Webhook, error) {
	if s.fail != nil {
		return nil, s.fail
	}
	return s.Store.Webhooks(ctx)
}

func (s *testStore) CreateWebhook(ctx context.Context, w *storage.Webhook) error {
	if s.fail != nil {
		return s.fail
	}
	return s.Store.CreateWebhook(ctx, w)
}

func (s *testStore) Fire(ctx context.Context, what string, events ...storage.Event) ([]storage.Delivery, error) {
	if s.fail != nil {
		return nil, s.fail
	}
	return s.Store.Fire(ctx, what, events...)
}

func (s *testStore) Receipts(ctx context.Context, q storage.ReceiptQuery) ([]storage.Receipt, error) {
	if s.fail != nil {
		return nil, s.fail
	}
	return s.Store.Receipts(ctx, q)
}

func (s *testStore) Counts(ctx context.Context) (storage.Counts, error) {
	if s.fail != nil {
		return storage.Counts{}, s.fail
	}
	return s.Store.Counts(ctx)
}
