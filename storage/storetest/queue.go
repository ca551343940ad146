package storetest

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"time"

	"backchannel/storage"
)

// A Queue is what the engine takes its work from.
type Queue interface {
	queueReads
	queueWrites
}

// queueReads are the methods of Queue that read.
type queueReads interface {
	// Due returns the jobs of one webhook in the order of their due time and then their ID. A
	// cursor continues from there.
	Due(ctx context.Context, q storage.DueQuery) ([]storage.Job, error)
	// NextDue returns when the first delivery of each webhook is due, so that an idle engine can
	// sleep until then.
	NextDue(ctx context.Context) (map[storage.ID]time.Time, error)
	// PendingWork counts the deliveries that wait, for each webhook.
	PendingWork(ctx context.Context) ([]storage.Pending, error)
}

// queueWrites are the methods of Queue that write.
type queueWrites interface {
	// MarkSending hides deliveries from Due while their attempts are in flight.
	MarkSending(ctx context.Context, ids []storage.ID) error
	// ResetSending makes due again the deliveries that this node, or one that is gone, has marked
	// with MarkSending and whose attempts did not finish.
	ResetSending(ctx context.Context) error
	// Finish stores an attempt and the resulting state, in one commit. The same outcome may be
	// reported twice, if the answer to the first commit was lost.
	Finish(ctx context.Context, o storage.Outcome) error
}

// queueTests are the tests of Queue.
func queueTests() subject {
	return subject{twice: tests{
		"due deliveries come in order":                   dueInOrder,
		"due deliveries come in pages":                   dueInPages,
		"later deliveries are not due":                   notDue,
		"the next due time is known for each webhook":    nextDue,
		"an outcome is stored":                           finishOne,
		"an outcome leaves a delivery cancelled":         finishCancelled,
		"an outcome reported twice counts once":          finishTwice,
		"an outcome of an unknown delivery is not found": finishNothing,
		"an outcome pauses the webhook":                  finishPauses,
		"deliveries being sent are hidden until reset":   sending,
		"sending ends with an outcome":                   sendingEnds,
		"pending work is counted":                        pending,
	}}
}

// dueInOrder tests that the jobs of one webhook come in the order of their due time, with their
// payloads.
func dueInOrder(s *suite) {
	ids := s.enqueue(s.hook, 4)
	s.enqueue(s.webhook("other"), 1)
	s.must(s.store.Finish(s.ctx, outcome(ids[0], 1, storage.Retrying, time.Now().Add(10*time.Second))))
	s.must(s.store.Finish(s.ctx, outcome(ids[2], 1, storage.StateDelivered, time.Time{})))
	s.wantDue(s.hook, ids[1], ids[3], ids[0])
	jobs := s.due(s.hook, storage.Cursor{}, 100)
	for i, want := range []string{"1", "3", "0"} {
		if string(jobs[i].Payload) != want || jobs[i].WebhookID != s.hook.ID {
			s.Errorf("job %d: got %+v", i, jobs[i])
		}
	}
	if jobs[0].Attempts != 0 || jobs[2].Attempts != 1 || !jobs[2].NextAttemptAt.After(jobs[0].NextAttemptAt) {
		s.Errorf("jobs: got %+v", jobs)
	}
}

// dueInPages makes all jobs due at the same time, so that only the ID separates the pages.
func dueInPages(s *suite) {
	ids := s.enqueue(s.hook, 5)
	at := time.Now().Add(time.Second)
	for _, id := range ids {
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
		s.Errorf("got %v, want %v", got, ids)
	}
}

// notDue tests that neither a retry at a later time nor a cancelled delivery is due now.
func notDue(s *suite) {
	ids := s.enqueue(s.hook, 2)
	s.must(s.store.Finish(s.ctx, outcome(ids[0], 1, storage.Retrying, time.Now().Add(time.Hour))))
	s.must(s.store.CancelDelivery(s.ctx, ids[1]))
	s.wantDue(s.hook)
}

// nextDue tests that a webhook whose deliveries are all final is not among the results.
func nextDue(s *suite) {
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
		s.Errorf("NextDue: got %v", next)
	}
}

// finishOne retries a delivery once. After the second attempt succeeds, the error of the first is
// gone.
func finishOne(s *suite) {
	id := s.enqueue(s.hook, 1)[0]
	s.must(s.store.Finish(s.ctx, outcome(id, 1, storage.Retrying, time.Now().Add(time.Hour))))
	if d := s.delivery(id); d.State != storage.Retrying || d.Attempts != 1 || d.Code != 503 || d.Error != "answered 503" || d.NextAttemptAt.IsZero() {
		s.Errorf("delivery: got %+v", d)
	}
	s.must(s.store.Finish(s.ctx, outcome(id, 2, storage.StateDelivered, time.Time{})))
	if d := s.delivery(id); d.State != storage.StateDelivered || d.Attempts != 2 || d.Code != 200 || d.Error != "" || !d.NextAttemptAt.IsZero() || d.FinishedAt.IsZero() {
		s.Errorf("delivery: got %+v", d)
	}
}

// finishCancelled ends an attempt that was in flight when the delivery was cancelled.
func finishCancelled(s *suite) {
	id := s.enqueue(s.hook, 1)[0]
	s.must(s.store.CancelDelivery(s.ctx, id))
	s.must(s.store.Finish(s.ctx, outcome(id, 1, storage.Retrying, time.Now())))
	if d := s.delivery(id); d.State != storage.Cancelled || d.Attempts != 1 || !d.NextAttemptAt.IsZero() {
		s.Errorf("delivery: got %+v", d)
	}
	s.wantDue(s.hook)
}

// finishTwice reports an outcome twice, as an engine does when the answer to a commit is lost.
// The second report may be refused, but must not count.
func finishTwice(s *suite) {
	id := s.enqueue(s.hook, 1)[0]
	o := outcome(id, 1, storage.StateDelivered, time.Time{})
	s.must(s.store.Finish(s.ctx, o))
	_ = s.store.Finish(s.ctx, o)
	if d := s.delivery(id); d.State != storage.StateDelivered || d.Attempts != 1 {
		s.Errorf("delivery: got %+v", d)
	}
}

// finishNothing reports an outcome of a delivery that does not exist.
func finishNothing(s *suite) {
	if err := s.store.Finish(s.ctx, outcome(12345, 1, storage.StateDelivered, time.Time{})); !errors.Is(err, storage.ErrNotFound) {
		s.Errorf("got %v", err)
	}
}

// finishPauses pauses the webhook in the commit of the outcome, as a 410 does, so that no other
// attempt can begin in between.
func finishPauses(s *suite) {
	o := outcome(s.enqueue(s.hook, 1)[0], 1, storage.Failed, time.Time{})
	o.PauseWebhook = "it is gone"
	s.must(s.store.Finish(s.ctx, o))
	webhooks, err := s.store.Webhooks(s.ctx)
	s.must(err)
	if w := webhooks[0]; w.State != storage.Paused || w.StateReason != "it is gone" {
		s.Errorf("webhook: got %+v", w)
	}
}

// sending tests that a delivery in flight when a process died is due again after ResetSending, and
// that this does not count as an attempt.
func sending(s *suite) {
	ids := s.enqueue(s.hook, 2)
	s.must(s.store.MarkSending(s.ctx, ids[:1]))
	s.wantDue(s.hook, ids[1])
	if d := s.delivery(ids[0]); d.State != storage.Sending {
		s.Errorf("delivery: got %+v", d)
	}
	s.must(s.store.ResetSending(s.ctx))
	if got := idsOf(s.due(s.hook, storage.Cursor{}, 100)); len(got) != 2 {
		s.Errorf("due: got %v", got)
	}
	if d := s.delivery(ids[0]); d.State != storage.Queued || d.Attempts != 0 {
		s.Errorf("delivery: got %+v", d)
	}
}

// sendingEnds tests that ResetSending does not touch finished attempts.
func sendingEnds(s *suite) {
	id := s.enqueue(s.hook, 1)[0]
	s.must(s.store.MarkSending(s.ctx, []storage.ID{id}))
	s.must(s.store.Finish(s.ctx, outcome(id, 1, storage.Retrying, time.Now())))
	s.wantDue(s.hook, id)
	s.must(s.store.ResetSending(s.ctx))
	if d := s.delivery(id); d.State != storage.Retrying {
		s.Errorf("delivery: got %+v", d)
	}
}

// pending counts the pending work of two webhooks.
func pending(s *suite) {
	other := s.webhook("other")
	ids := s.enqueue(s.hook, 4)
	s.enqueue(other, 1)
	s.must(s.store.Finish(s.ctx, outcome(ids[0], 1, storage.Retrying, time.Now().Add(time.Hour))))
	s.must(s.store.Finish(s.ctx, outcome(ids[1], 1, storage.StateDelivered, time.Time{})))
	all, err := s.store.PendingWork(s.ctx)
	s.must(err)
	slices.SortFunc(all, func(a, b storage.Pending) int { return cmp.Compare(a.WebhookID, b.WebhookID) })
	if len(all) != 2 || all[0].Queued != 2 || all[0].Retrying != 1 || all[1].WebhookID != other.ID || all[1].Queued != 1 {
		s.Errorf("pending: got %+v", all)
	}
}
