package tui

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"backchannel/storage"
)

// fakeStore keeps records in memory. Tests reach into it while no command runs; where
// one may be waiting to read again, they lock it.
type fakeStore struct {
	breakers   []storage.Breaker
	mu         sync.Mutex // guards all below from commands at the same time
	now        func() time.Time
	rules      storage.Rules
	last       storage.ID
	webhooks   []storage.Webhook
	events     []storage.Event
	deliveries []storage.Delivery
	attempts   []storage.Attempt
	fixtures   []storage.SavedFixture
	receipts   []storage.Receipt
	activities []storage.Activity
	profiles   map[storage.ID]storage.Profile
	runtime    storage.Runtime
	alive      bool
	fail       error // what every call answers, if set
	changes    chan storage.Change
}

func (f *fakeStore) lock() (unlock func()) {
	f.mu.Lock()
	return f.mu.Unlock
}

func (f *fakeStore) id() storage.ID {
	f.last++
	return f.last
}

// changed hints like a store does, never blocking.
func (f *fakeStore) changed(c storage.Change) {
	select {
	case old := <-f.changes:
		c |= old
	default:
	}
	f.changes <- c
}

func (f *fakeStore) Changes(context.Context) <-chan storage.Change { return f.changes }

func find[T any](all []T, match func(T) bool) (T, error) {
	if i := slices.IndexFunc(all, match); i >= 0 {
		return all[i], nil
	}
	var none T
	return none, storage.ErrNotFound
}

func (f *fakeStore) Webhooks(context.Context) ([]storage.Webhook, error) {
	defer f.lock()()
	out := slices.Clone(f.webhooks)
	slices.SortFunc(out, func(a, b storage.Webhook) int { return cmp.Compare(a.Name, b.Name) })
	return out, f.fail
}

func (f *fakeStore) Webhook(_ context.Context, id storage.ID) (storage.Webhook, error) {
	defer f.lock()()
	return find(f.webhooks, func(w storage.Webhook) bool { return w.ID == id })
}

func (f *fakeStore) CreateWebhook(_ context.Context, w *storage.Webhook) error {
	defer f.lock()()
	if err := f.check(w); err != nil {
		return err
	}
	w.ID, w.Version, w.CreatedAt, w.UpdatedAt = f.id(), 1, f.now(), f.now()
	f.webhooks = append(f.webhooks, *w)
	f.changed(storage.ChangedWebhooks)
	return nil
}

func (f *fakeStore) UpdateWebhook(_ context.Context, w *storage.Webhook) error {
	defer f.lock()()
	i := slices.IndexFunc(f.webhooks, func(o storage.Webhook) bool { return o.ID == w.ID })
	if i < 0 {
		return storage.ErrNotFound
	}
	if f.webhooks[i].Version != w.Version {
		return storage.FieldErrors{{Field: "version", Reason: "was changed meanwhile; reload it", Conflict: true}}
	}
	if err := f.check(w); err != nil {
		return err
	}
	w.Version++
	w.UpdatedAt = f.now()
	f.webhooks[i] = *w
	f.changed(storage.ChangedWebhooks)
	return nil
}

func (f *fakeStore) check(w *storage.Webhook) error {
	if f.fail != nil {
		return f.fail
	}
	w.Normalize()
	var bad storage.FieldErrors
	if err := w.Validate(context.Background(), f.rules); err != nil && !errors.As(err, &bad) {
		return err
	}
	return append(bad, w.Conflicts(f.webhooks...)...).Err()
}

func (f *fakeStore) DeleteWebhook(_ context.Context, id storage.ID) (int, error) {
	defer f.lock()()
	cancelled := 0
	for i, d := range f.deliveries {
		if d.WebhookID == id && !d.State.Final() {
			f.deliveries[i].State = storage.Cancelled
			cancelled++
		}
	}
	f.webhooks = slices.DeleteFunc(f.webhooks, func(w storage.Webhook) bool { return w.ID == id })
	f.changed(storage.ChangedWebhooks | storage.ChangedDeliveries)
	return cancelled, f.fail
}

func (f *fakeStore) SetWebhookState(_ context.Context, id storage.ID, state storage.WebhookState, reason string) error {
	defer f.lock()()
	for i := range f.webhooks {
		if f.webhooks[i].ID == id {
			f.webhooks[i].State, f.webhooks[i].StateReason = state, reason
			f.changed(storage.ChangedWebhooks)
			return f.fail
		}
	}
	return storage.ErrNotFound
}

func (f *fakeStore) Enqueue(_ context.Context, events ...storage.Event) ([]storage.Delivery, error) {
	defer f.lock()()
	if f.fail != nil {
		return nil, f.fail
	}
	var out []storage.Delivery
	for _, e := range events {
		e.ID, e.CreatedAt = f.id(), f.now()
		f.events = append(f.events, e)
		out = append(out, f.deliver(e, 0))
	}
	f.changed(storage.ChangedDeliveries)
	return out, nil
}

func (f *fakeStore) Fire(ctx context.Context, what string, events ...storage.Event) ([]storage.Delivery, error) {
	made, err := f.Enqueue(ctx, events...)
	if err == nil {
		err = f.AddActivity(ctx, storage.Activity{Kind: storage.ActivityFired, Text: what + " fired"})
	}
	return made, err
}

func (f *fakeStore) AddActivity(_ context.Context, a storage.Activity) error {
	defer f.lock()()
	a.ID, a.At = f.id(), f.now()
	f.activities = append(f.activities, a)
	return nil
}

func (f *fakeStore) deliver(e storage.Event, replayOf storage.ID) storage.Delivery {
	hook, _ := find(f.webhooks, func(w storage.Webhook) bool { return w.ID == e.WebhookID })
	d := storage.Delivery{
		ID: f.id(), EventID: e.ID, WebhookID: e.WebhookID, Webhook: hook.Name, RequestID: e.RequestID,
		Channel: e.Channel, Status: e.Status, Variant: e.Variant, Identity: e.Identity, Misbehave: e.Misbehave,
		ReplayOf: replayOf, State: storage.Queued, CreatedAt: f.now(), NextAttemptAt: f.now(),
	}
	f.deliveries = append(f.deliveries, d)
	return d
}

func (f *fakeStore) Event(_ context.Context, id storage.ID) (storage.Event, error) {
	defer f.lock()()
	return find(f.events, func(e storage.Event) bool { return e.ID == id })
}

func (f *fakeStore) Delivery(_ context.Context, id storage.ID) (storage.Delivery, error) {
	defer f.lock()()
	return find(f.deliveries, func(d storage.Delivery) bool { return d.ID == id })
}

func (f *fakeStore) CountDeliveries(ctx context.Context, q storage.DeliveryQuery) (int64, error) {
	all, err := f.Deliveries(ctx, q)
	return int64(len(all)), err
}

func (f *fakeStore) Deliveries(_ context.Context, q storage.DeliveryQuery) ([]storage.Delivery, error) {
	defer f.lock()()
	var out []storage.Delivery
	for _, d := range f.deliveries {
		if (q.WebhookID == 0 || q.WebhookID == d.WebhookID) && (q.Before == 0 || d.ID < q.Before) && d.ID > q.After &&
			(len(q.EventIDs) == 0 || slices.Contains(q.EventIDs, d.EventID)) &&
			(len(q.States) == 0 || slices.Contains(q.States, d.State)) {
			out = append(out, d)
		}
	}
	if q.After == 0 {
		slices.Reverse(out)
	}
	return cut(out, q.Limit), f.fail
}

func cut[T any](all []T, limit int) []T {
	if limit > 0 && len(all) > limit {
		return all[:limit]
	}
	return all
}

func (f *fakeStore) Attempts(_ context.Context, id storage.ID) ([]storage.Attempt, error) {
	defer f.lock()()
	var out []storage.Attempt
	for _, a := range f.attempts {
		if a.DeliveryID == id {
			out = append(out, a)
		}
	}
	return out, f.fail
}

func (f *fakeStore) ReplayDelivery(_ context.Context, id storage.ID) (storage.Delivery, error) {
	defer f.lock()()
	d, err := find(f.deliveries, func(d storage.Delivery) bool { return d.ID == id })
	if err != nil {
		return d, err
	}
	e, err := find(f.events, func(e storage.Event) bool { return e.ID == d.EventID })
	if err != nil {
		return d, err
	}
	f.changed(storage.ChangedDeliveries)
	return f.deliver(e, id), f.fail
}

func (f *fakeStore) RetryDelivery(_ context.Context, id storage.ID) error {
	defer f.lock()()
	return f.turn(id, storage.Queued, "replay it instead")
}

func (f *fakeStore) CancelDelivery(_ context.Context, id storage.ID) error {
	defer f.lock()()
	return f.turn(id, storage.Cancelled, "nothing is left to cancel")
}

func (f *fakeStore) turn(id storage.ID, state storage.State, remedy string) error {
	for i, d := range f.deliveries {
		if d.ID != id {
			continue
		}
		if d.State.Final() {
			return fmt.Errorf("%w: delivery %s is %s; %s", storage.ErrConflict, id, d.State, remedy)
		}
		f.deliveries[i].State = state
		f.changed(storage.ChangedDeliveries)
		return f.fail
	}
	return storage.ErrNotFound
}

func (f *fakeStore) Runtime(context.Context) (storage.Runtime, bool, error) {
	defer f.lock()()
	return f.runtime, f.alive, f.fail
}

func (f *fakeStore) Counts(context.Context) (storage.Counts, error) {
	defer f.lock()()
	c := storage.Counts{Deliveries: map[storage.State]int64{}, Receipts: int64(len(f.receipts))}
	for _, d := range f.deliveries {
		c.Deliveries[d.State]++
	}
	return c, f.fail
}

func (f *fakeStore) Activities(_ context.Context, after storage.ID, limit int) ([]storage.Activity, error) {
	defer f.lock()()
	var out []storage.Activity
	for _, a := range f.activities {
		if a.ID > after {
			out = append(out, a)
		}
	}
	return out[max(0, len(out)-limit):], f.fail
}

func (f *fakeStore) Breakers(context.Context) ([]storage.Breaker, error) {
	defer f.lock()()
	return f.breakers, f.fail
}
