// Package storetest says, as tests, what the engine relies on in a store. Start with
// [Run]. Every store must pass it; it refuses to know how a store does it.
package storetest

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"backchannel/storage"
)

// A Store is what the engine needs, and what people do to it.
type Store interface {
	CreateWebhook(ctx context.Context, w *storage.Webhook) error
	Enqueue(ctx context.Context, events ...storage.Event) ([]storage.Delivery, error)
	RetryDelivery(ctx context.Context, id storage.ID) error
	CancelDelivery(ctx context.Context, id storage.ID) error

	Due(ctx context.Context, q storage.DueQuery) ([]storage.Job, error)
	NextDue(ctx context.Context) (map[storage.ID]time.Time, error)
	MarkSending(ctx context.Context, ids []storage.ID) error
	ResetSending(ctx context.Context) error
	Finish(ctx context.Context, o storage.Outcome) error
	PendingWork(ctx context.Context) ([]storage.Pending, error)
	Webhooks(ctx context.Context) ([]storage.Webhook, error)
	Breakers(ctx context.Context) ([]storage.Breaker, error)
	SaveBreaker(ctx context.Context, b storage.Breaker) error
	Commands(ctx context.Context, after storage.ID) ([]storage.Command, error)
	DropCommands(ctx context.Context, through storage.ID) error
	Delivery(ctx context.Context, id storage.ID) (storage.Delivery, error)
	Event(ctx context.Context, id storage.ID) (storage.Event, error)
	Changes(ctx context.Context) <-chan storage.Change
}

// Run tests a store; open makes a fresh one for each test.
func Run(t *testing.T, open func(*testing.T) Store) {
	for name, test := range map[string]func(*suite){
		"due deliveries come in order":         (*suite).dueInOrder,
		"due deliveries come in pages":         (*suite).dueInPages,
		"what is not due does not come":        (*suite).notDue,
		"an outcome is kept":                   (*suite).finish,
		"an outcome leaves cancelled alone":    (*suite).finishCancelled,
		"an outcome told twice counts once":    (*suite).finishTwice,
		"an outcome of nothing is not found":   (*suite).finishNothing,
		"an outcome pauses the webhook":        (*suite).finishPauses,
		"the next due is told by webhook":      (*suite).nextDue,
		"sending is hidden until it is reset":  (*suite).sending,
		"sending ends with its outcome":        (*suite).sendingEnds,
		"pending work is counted":              (*suite).pending,
		"commands come in order until dropped": (*suite).commands,
		"breakers are kept while open":         (*suite).breakers,
		"every commit is hinted at":            (*suite).changes,
	} {
		t.Run(name, func(t *testing.T) { test(newSuite(t, open(t))) })
	}
}

type suite struct {
	*testing.T
	store Store
	ctx   context.Context
	hook  storage.Webhook
}

func newSuite(t *testing.T, store Store) *suite {
	s := &suite{T: t, store: store, ctx: t.Context()}
	s.hook = s.webhook("acme")
	return s
}

func (s *suite) webhook(name string) storage.Webhook {
	s.Helper()
	w := storage.NewWebhook()
	w.Name, w.Channels = name, storage.Channels()
	w.Sandbox.Name = name
	w.Normalize()
	s.must(s.store.CreateWebhook(s.ctx, &w))
	return w
}

func (s *suite) must(err error) {
	s.Helper()
	if err != nil {
		s.Fatal(err)
	}
}

// enqueue makes deliveries with the payloads 0, 1, 2…
func (s *suite) enqueue(w storage.Webhook, n int) (ids []storage.ID) {
	s.Helper()
	for i := range n {
		made, err := s.store.Enqueue(s.ctx, storage.Event{
			WebhookID: w.ID, RequestID: "r", Channel: storage.Email, Status: storage.Sent, Payload: []byte{byte('0' + i)},
		})
		s.must(err)
		ids = append(ids, made[0].ID)
	}
	return ids
}

func (s *suite) due(w storage.Webhook, after storage.Cursor, limit int) []storage.Job {
	s.Helper()
	jobs, err := s.store.Due(s.ctx, storage.DueQuery{WebhookID: w.ID, Until: time.Now().Add(time.Minute), After: after, Limit: limit})
	s.must(err)
	return jobs
}

func idsOf(jobs []storage.Job) (ids []storage.ID) {
	for _, j := range jobs {
		ids = append(ids, j.DeliveryID)
	}
	return ids
}

func (s *suite) wantDue(w storage.Webhook, want ...storage.ID) {
	s.Helper()
	if got := idsOf(s.due(w, storage.Cursor{}, 100)); !slices.Equal(got, want) {
		s.Errorf("due is %v, want %v", got, want)
	}
}

func (s *suite) delivery(id storage.ID) storage.Delivery {
	s.Helper()
	d, err := s.store.Delivery(s.ctx, id)
	s.must(err)
	return d
}

// outcome is that of an attempt that was answered 503, or 200 when it is final.
func outcome(id storage.ID, n int, state storage.State, next time.Time) storage.Outcome {
	o := storage.Outcome{State: state, NextAttemptAt: next, FinishedAt: time.Now()}
	o.Attempt = storage.Attempt{DeliveryID: id, N: n, At: time.Now(), Code: 200}
	if state == storage.Retrying {
		o.Attempt.Code, o.Attempt.ErrorClass, o.Attempt.Error = 503, storage.ClassStatus, "answered 503"
	}
	return o
}

func (s *suite) dueInOrder() {
	ids := s.enqueue(s.hook, 4)
	s.enqueue(s.webhook("other"), 1)
	s.must(s.store.Finish(s.ctx, outcome(ids[0], 1, storage.Retrying, time.Now().Add(10*time.Second))))
	s.must(s.store.Finish(s.ctx, outcome(ids[2], 1, storage.StateDelivered, time.Time{})))
	s.wantDue(s.hook, ids[1], ids[3], ids[0])
	jobs := s.due(s.hook, storage.Cursor{}, 100)
	for i, want := range []string{"1", "3", "0"} {
		if string(jobs[i].Payload) != want || jobs[i].WebhookID != s.hook.ID {
			s.Errorf("job %d is %+v", i, jobs[i])
		}
	}
	if jobs[0].Attempts != 0 || jobs[2].Attempts != 1 || !jobs[2].NextAttemptAt.After(jobs[0].NextAttemptAt) {
		s.Errorf("jobs are %+v", jobs)
	}
}

func (s *suite) dueInPages() {
	ids := s.enqueue(s.hook, 5)
	at := time.Now().Add(time.Second)
	for _, id := range ids { // all at the same time
		s.must(s.store.Finish(s.ctx, outcome(id, 1, storage.Retrying, at)))
	}
	var got []storage.ID
	for cursor := (storage.Cursor{}); ; {
		page := s.due(s.hook, cursor, 2)
		if len(page) == 0 {
			break
		}
		got = append(got, idsOf(page)...)
		last := page[len(page)-1]
		cursor = storage.Cursor{At: last.NextAttemptAt, ID: last.DeliveryID}
	}
	if !slices.Equal(got, ids) {
		s.Errorf("pages hold %v, want %v", got, ids)
	}
}

func (s *suite) notDue() {
	ids := s.enqueue(s.hook, 2)
	s.must(s.store.Finish(s.ctx, outcome(ids[0], 1, storage.Retrying, time.Now().Add(time.Hour))))
	s.must(s.store.CancelDelivery(s.ctx, ids[1]))
	s.wantDue(s.hook)
}

func (s *suite) finish() {
	id := s.enqueue(s.hook, 1)[0]
	s.must(s.store.Finish(s.ctx, outcome(id, 1, storage.Retrying, time.Now().Add(time.Hour))))
	if d := s.delivery(id); d.State != storage.Retrying || d.Attempts != 1 || d.Code != 503 || d.Error != "answered 503" || d.NextAttemptAt.IsZero() {
		s.Errorf("delivery is %+v", d)
	}
	s.must(s.store.Finish(s.ctx, outcome(id, 2, storage.StateDelivered, time.Time{})))
	if d := s.delivery(id); d.State != storage.StateDelivered || d.Attempts != 2 || d.Code != 200 || d.Error != "" || !d.NextAttemptAt.IsZero() || d.FinishedAt.IsZero() {
		s.Errorf("delivery is %+v", d)
	}
}

func (s *suite) finishCancelled() {
	id := s.enqueue(s.hook, 1)[0]
	s.must(s.store.CancelDelivery(s.ctx, id))
	s.must(s.store.Finish(s.ctx, outcome(id, 1, storage.Retrying, time.Now())))
	if d := s.delivery(id); d.State != storage.Cancelled || d.Attempts != 1 || !d.NextAttemptAt.IsZero() {
		s.Errorf("delivery is %+v", d)
	}
	s.wantDue(s.hook)
}

// finishTwice is what happens when a commit's answer is lost. The second time may be
// refused.
func (s *suite) finishTwice() {
	id := s.enqueue(s.hook, 1)[0]
	o := outcome(id, 1, storage.StateDelivered, time.Time{})
	s.must(s.store.Finish(s.ctx, o))
	_ = s.store.Finish(s.ctx, o)
	if d := s.delivery(id); d.State != storage.StateDelivered || d.Attempts != 1 {
		s.Errorf("delivery is %+v", d)
	}
}

func (s *suite) finishNothing() {
	if err := s.store.Finish(s.ctx, outcome(12345, 1, storage.StateDelivered, time.Time{})); !errors.Is(err, storage.ErrNotFound) {
		s.Errorf("got %v", err)
	}
}

func (s *suite) finishPauses() {
	o := outcome(s.enqueue(s.hook, 1)[0], 1, storage.Failed, time.Time{})
	o.PauseWebhook = "it is gone"
	s.must(s.store.Finish(s.ctx, o))
	webhooks, err := s.store.Webhooks(s.ctx)
	s.must(err)
	if w := webhooks[0]; w.State != storage.Paused || w.StateReason != "it is gone" {
		s.Errorf("webhook is %+v", w)
	}
}

func (s *suite) nextDue() {
	other := s.webhook("other")
	ids := s.enqueue(s.hook, 2)
	done := s.enqueue(other, 1)[0]
	at := time.Now().Add(time.Hour).Truncate(time.Millisecond)
	for _, id := range ids {
		s.must(s.store.Finish(s.ctx, outcome(id, 1, storage.Retrying, at)))
		at = at.Add(time.Hour)
	}
	s.must(s.store.Finish(s.ctx, outcome(done, 1, storage.StateDelivered, time.Time{})))
	next, err := s.store.NextDue(s.ctx)
	s.must(err)
	if len(next) != 1 || !next[s.hook.ID].Equal(at.Add(-2*time.Hour)) {
		s.Errorf("next due are %v", next)
	}
}

func (s *suite) sending() {
	ids := s.enqueue(s.hook, 2)
	s.must(s.store.MarkSending(s.ctx, ids[:1]))
	s.wantDue(s.hook, ids[1])
	if d := s.delivery(ids[0]); d.State != storage.Sending {
		s.Errorf("delivery is %+v", d)
	}
	s.must(s.store.ResetSending(s.ctx))
	if got := idsOf(s.due(s.hook, storage.Cursor{}, 100)); len(got) != 2 {
		s.Errorf("due is %v", got)
	}
	if d := s.delivery(ids[0]); d.State != storage.Queued || d.Attempts != 0 {
		s.Errorf("delivery is %+v", d)
	}
}

func (s *suite) sendingEnds() {
	id := s.enqueue(s.hook, 1)[0]
	s.must(s.store.MarkSending(s.ctx, []storage.ID{id}))
	s.must(s.store.Finish(s.ctx, outcome(id, 1, storage.Retrying, time.Now())))
	s.wantDue(s.hook, id)
	s.must(s.store.ResetSending(s.ctx))
	if d := s.delivery(id); d.State != storage.Retrying {
		s.Errorf("delivery is %+v", d)
	}
}

func (s *suite) pending() {
	other := s.webhook("other")
	ids := s.enqueue(s.hook, 4)
	s.enqueue(other, 1)
	s.must(s.store.Finish(s.ctx, outcome(ids[0], 1, storage.Retrying, time.Now().Add(time.Hour))))
	s.must(s.store.Finish(s.ctx, outcome(ids[1], 1, storage.StateDelivered, time.Time{})))
	all, err := s.store.PendingWork(s.ctx)
	s.must(err)
	slices.SortFunc(all, func(a, b storage.Pending) int { return cmp.Compare(a.WebhookID, b.WebhookID) })
	if len(all) != 2 || all[0].Queued != 2 || all[0].Retrying != 1 || all[1].WebhookID != other.ID || all[1].Queued != 1 {
		s.Errorf("pending is %+v", all)
	}
}

func (s *suite) commands() {
	ids := s.enqueue(s.hook, 2)
	s.must(s.store.RetryDelivery(s.ctx, ids[1]))
	s.must(s.store.CancelDelivery(s.ctx, ids[0]))
	all, err := s.store.Commands(s.ctx, 0)
	s.must(err)
	if len(all) != 2 || all[0].Kind != storage.CommandRetry || all[0].DeliveryID != ids[1] || all[1].Kind != storage.CommandCancel || all[1].WebhookID != s.hook.ID {
		s.Fatalf("commands are %+v", all)
	}
	s.must(s.store.DropCommands(s.ctx, all[0].ID))
	rest, err := s.store.Commands(s.ctx, 0)
	s.must(err)
	if !slices.Equal(rest, all[1:]) {
		s.Errorf("left are %+v", rest)
	}
	if rest, err = s.store.Commands(s.ctx, all[1].ID); err != nil || len(rest) != 0 {
		s.Errorf("after the last are %+v, %v", rest, err)
	}
}

func (s *suite) breakers() {
	b := storage.Breaker{WebhookID: s.hook.ID, Failures: 10, OpenUntil: time.Now().Add(time.Minute).Truncate(time.Millisecond), Wait: time.Minute}
	s.must(s.store.SaveBreaker(s.ctx, b))
	b.Failures = 11
	s.must(s.store.SaveBreaker(s.ctx, b))
	all, err := s.store.Breakers(s.ctx)
	s.must(err)
	if len(all) != 1 || all[0].Failures != 11 || !all[0].OpenUntil.Equal(b.OpenUntil) || all[0].Wait != b.Wait {
		s.Errorf("kept %+v", all)
	}
	s.must(s.store.SaveBreaker(s.ctx, storage.Breaker{WebhookID: s.hook.ID}))
	if all, err = s.store.Breakers(s.ctx); err != nil || len(all) != 0 {
		s.Errorf("kept %+v, %v", all, err)
	}
}

func (s *suite) changes() {
	hints := s.store.Changes(s.ctx)
	heard := func(want storage.Change) {
		s.Helper()
		select {
		case got := <-hints:
			if !got.Has(want) {
				s.Errorf("heard %b, want %b", got, want)
			}
		case <-time.After(5 * time.Second):
			s.Error("heard nothing")
		}
	}
	id := s.enqueue(s.hook, 1)[0]
	heard(storage.ChangedDeliveries)
	s.must(s.store.Finish(s.ctx, outcome(id, 1, storage.Retrying, time.Now())))
	heard(storage.ChangedDeliveries)
	s.must(s.store.RetryDelivery(s.ctx, id))
	heard(storage.ChangedDeliveries)
	s.webhook("other")
	heard(storage.ChangedWebhooks)
}
