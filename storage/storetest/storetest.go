// Package storetest holds the tests that every store has to pass. Start with [Run], [RunCampaigns]
// and [RunChecks].
//
// The methods that all stores have in common are a small interface for each subject, in a
// file with the tests of that subject. A new subject gets an interface in [Store], and its
// tests a line in [Run]. The package knows nothing about how a store keeps its records.
package storetest

import (
	"context"
	"slices"
	"testing"
	"time"

	"backchannel/storage"
)

// A Store is what the engine needs of every store, and what is done to it there.
type Store interface {
	Webhooks
	Deliveries
	Queue
	Commands
	Breakers
	Changes
}

// A CampaignStore is a Store that keeps campaigns as well.
type CampaignStore interface {
	Store
	Campaigns
	Executions
	Activities
	SetWebhookState(ctx context.Context, id storage.ID, state storage.WebhookState, reason string) error
	Deliveries(ctx context.Context, q storage.DeliveryQuery) ([]storage.Delivery, error)
	ReplayDelivery(ctx context.Context, id storage.ID) (storage.Delivery, error)
}

// A CheckStore is a Store that keeps runs of the endpoint check as well.
type CheckStore interface {
	Store
	Checks
	Activities
	SetWebhookState(ctx context.Context, id storage.ID, state storage.WebhookState, reason string) error
	DeleteWebhook(ctx context.Context, id storage.ID) (cancelled int, err error)
	Deliveries(ctx context.Context, q storage.DeliveryQuery) ([]storage.Delivery, error)
}

// Webhooks are where events are delivered to.
type Webhooks interface {
	CreateWebhook(ctx context.Context, w *storage.Webhook) error
	Webhooks(ctx context.Context) ([]storage.Webhook, error)
}

// Deliveries are events on their way to a webhook.
type Deliveries interface {
	Enqueue(ctx context.Context, events ...storage.Event) ([]storage.Delivery, error)
	Delivery(ctx context.Context, id storage.ID) (storage.Delivery, error)
	Event(ctx context.Context, id storage.ID) (storage.Event, error)
}

// Activities are what has happened, for people to read.
type Activities interface {
	Activities(ctx context.Context, after storage.ID, limit int) ([]storage.Activity, error)
}

// A tests maps names to tests.
type tests map[string]func(*suite)

// Run tests a store. open is called for each test and must return an empty store. The tests
// run in parallel.
func Run(t *testing.T, open func(*testing.T) Store) {
	for _, subject := range []tests{queueTests(), commandTests(), breakerTests(), changeTests()} {
		for name, test := range subject {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				test(newSuite(t, open(t)))
			})
		}
	}
}

// RunCampaigns tests what a store does with campaigns, as Run does.
func RunCampaigns(t *testing.T, open func(*testing.T) CampaignStore) {
	for _, subject := range []tests{campaignTests(), executionTests()} {
		for name, test := range subject {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				store := open(t)
				s := newSuite(t, store)
				s.all = store
				test(s)
			})
		}
	}
}

// RunChecks tests what a store does with runs of the endpoint check, as Run does.
func RunChecks(t *testing.T, open func(*testing.T) CheckStore) {
	for name, test := range checkTests() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			store := open(t)
			s := newSuite(t, store)
			s.checks = store
			test(s)
		})
	}
}

// A suite is one test of a store with a webhook.
type suite struct {
	*testing.T
	store Store
	all   CampaignStore // the same one, in tests of campaigns

	checks CheckStore // the same one, in tests of checks
	ctx    context.Context
	hook   storage.Webhook
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
