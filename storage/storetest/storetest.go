// Package storetest holds the tests that every store has to pass: the whole contract between a
// store and those who use it. Start with [RunAll].
//
// The methods that all stores have in common are small interfaces, a pair for each subject, in
// the file with the tests of that subject: one of the methods that read, one of those that
// write. A store may pass the subjects one after the other, each with a Run function of its own.
//
// Every test runs twice: on one store, and on two of one database, where the second has to see
// what the first writes. What the tests of one store alone are about is in a subject's alone.
// The package knows nothing about how a store keeps its records.
package storetest

import (
	"slices"
	"testing"
	"time"

	"backchannel/storage"
)

// Options are what a test says about the store to open.
type Options struct {
	Now func() time.Time // nil: time.Now
	By  string           // who makes changes, for activities; empty: nobody
}

// A Create function makes an empty database. The function that it returns opens a store on it,
// each time another one, as another process would. They are closed when the test ends.
type Create[S any] func(*testing.T) (open func(Options) S)

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

// outcome returns the outcome of an attempt that was answered with 503, or with 200 if state is
// final.
func outcome(id storage.ID, n int, state storage.State, next time.Time) storage.Outcome {
	o := storage.Outcome{State: state, NextAttemptAt: next, FinishedAt: time.Now()}
	o.Attempt = storage.Attempt{DeliveryID: id, N: n, At: time.Now(), Code: 200}
	if state == storage.Retrying {
		o.Attempt.Code, o.Attempt.ErrorClass, o.Attempt.Error = 503, storage.ClassStatus, "answered 503"
	}
	return o
}
