// Package storetest contains the tests that every store must pass. They are the contract between a store
// and its users. Start with [RunAll].
//
// The methods of a store are grouped by subject. Each subject has an interface of the methods that
// read and one of those that write, in the file of its tests, and its own Run function, so that a
// store under development can pass the subjects one by one.
//
// Most tests run twice: on one store, and on two that share a database, one of which reads what the
// other has written. The tests make no assumptions about how a store keeps its records.
package storetest

import (
	"slices"
	"testing"
	"time"

	"backchannel/storage"
)

// Options configures a store that a test opens.
type Options struct {
	Now func() time.Time // nil: time.Now
	By  string           // who makes the changes, for the texts of activities; may be empty
}

// A Create function creates an empty database. Each call of the function that it returns opens a
// store on that database, as another process would. The stores are closed when the test ends.
type Create[S any] func(*testing.T) (open func(Options) S)

// webhook creates a webhook with the name and in a sandbox with the same name.
func (s *suite) webhook(name string) storage.Webhook {
	s.Helper()
	w := storage.NewWebhook()
	w.Name, w.Channels = name, storage.Channels()
	w.Sandbox.Name = name
	w.Normalize()
	s.must(s.store.CreateWebhook(s.ctx, &w))
	return w
}

// must ends the test if there is an error.
func (s *suite) must(err error) {
	s.Helper()
	if err != nil {
		s.Fatal(err)
	}
}

// enqueue queues n events with the payloads "0", "1", "2" and so on.
func (s *suite) enqueue(w storage.Webhook, n int) (ids []storage.ID) {
	s.Helper()
	for i := range n {
		made, err := s.store.Enqueue(s.ctx, storage.Event{
			WebhookID: w.ID, RequestID: "r", Channel: storage.Email, Status: storage.StatusSent, Payload: []byte{byte('0' + i)},
		})
		s.must(err)
		ids = append(ids, made[0].ID)
	}
	return ids
}

// due returns the jobs of a webhook that are due within the next minute.
func (s *suite) due(w storage.Webhook, after storage.Cursor, limit int) []storage.Job {
	s.Helper()
	jobs, err := s.store.Due(s.ctx, storage.DueQuery{WebhookID: w.ID, Until: time.Now().Add(time.Minute), After: after, Limit: limit})
	s.must(err)
	return jobs
}

// idsOf returns the delivery IDs of jobs.
func idsOf(jobs []storage.Job) (ids []storage.ID) {
	for _, j := range jobs {
		ids = append(ids, j.DeliveryID)
	}
	return ids
}

// wantDue checks that exactly these deliveries are due, in this order.
func (s *suite) wantDue(w storage.Webhook, want ...storage.ID) {
	s.Helper()
	if got := idsOf(s.due(w, storage.Cursor{}, 100)); !slices.Equal(got, want) {
		s.Errorf("due: got %v, want %v", got, want)
	}
}

// delivery reads a delivery.
func (s *suite) delivery(id storage.ID) storage.Delivery {
	s.Helper()
	d, err := s.store.Delivery(s.ctx, id)
	s.must(err)
	return d
}

// outcome returns the outcome of an attempt. The answer is 503 if state is Retrying, and 200
// otherwise.
func outcome(id storage.ID, n int, state storage.State, next time.Time) storage.Outcome {
	o := storage.Outcome{State: state, NextAttemptAt: next, FinishedAt: time.Now()}
	o.Attempt = storage.Attempt{DeliveryID: id, N: n, At: time.Now(), Code: 200}
	if state == storage.Retrying {
		o.Attempt.Code, o.Attempt.ErrorClass, o.Attempt.Error = 503, storage.ClassStatus, "answered 503"
	}
	return o
}
