package bulk_test

import (
	"context"
	"errors"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"backchannel/storage"
	"backchannel/storage/bulk"
)

// A store keeps deliveries in memory, the oldest first.
type store struct {
	all     []storage.Delivery
	deleted storage.ID // the webhook that was deleted

	commits    [][]storage.ID
	activities []string
	act        func() error // called before each commit
}

func (s *store) Webhook(_ context.Context, id storage.ID) (storage.Webhook, error) {
	if id == s.deleted {
		return storage.Webhook{}, storage.ErrNotFound
	}
	return storage.Webhook{ID: id}, nil
}

func (s *store) Delivery(_ context.Context, id storage.ID) (storage.Delivery, error) {
	for _, d := range s.all {
		if d.ID == id {
			return d, nil
		}
	}
	return storage.Delivery{}, storage.ErrNotFound
}

func (s *store) Deliveries(_ context.Context, q storage.DeliveryQuery) (found []storage.Delivery, _ error) {
	for _, d := range slices.Backward(s.all) {
		if (q.Before == 0 || d.ID < q.Before) && len(found) < q.Limit {
			found = append(found, d)
		}
	}
	s.add(1, storage.Queued) // a delivery arrives after each page
	return found, nil
}

func (s *store) ActOnDeliveries(ctx context.Context, a storage.DeliveryAction, ids []storage.ID) (o storage.ActionOutcome, err error) {
	if s.act != nil {
		if err := s.act(); err != nil {
			return o, err
		}
	}
	if err := ctx.Err(); err != nil {
		return o, err
	}
	s.commits = append(s.commits, ids)
	for _, id := range ids {
		refused := storage.RefuseRemoved()
		d, err := s.Delivery(ctx, id)
		if err == nil {
			err = a.Check(d)
		}
		if err == nil {
			o.Done++
			continue
		}
		errors.As(err, &refused)
		o.Refuse(refused)
	}
	return o, nil
}

func (s *store) AddActivity(ctx context.Context, a storage.Activity) error {
	s.activities = append(s.activities, a.Text)
	return ctx.Err()
}

func (s *store) add(n int, state storage.State) {
	for range n {
		s.all = append(s.all, storage.Delivery{ID: storage.ID(len(s.all) + 1), WebhookID: storage.ID(len(s.all)%2 + 1), State: state})
	}
}

func stored(states ...storage.State) *store {
	s := &store{}
	for _, state := range states {
		s.add(1, state)
	}
	return s
}

func TestDescriptionOfAPlan(t *testing.T) {
	mixed := []storage.State{storage.Queued, storage.Sending, storage.Retrying, storage.Parked, storage.StateDelivered, storage.Failed, storage.Cancelled, storage.Failed}
	for name, c := range map[string]struct {
		action    storage.DeliveryAction
		choice    bulk.Choice
		states    []storage.State
		deleted   storage.ID
		question  string
		exception string
		refusal   string
	}{
		"retry":      {storage.RetryDeliveries, bulk.Choice{}, mixed, 0, "Retry 3 of 8 deliveries?", "5 cannot be retried: 2 failed, 1 cancelled, 1 delivered, 1 sending.", ""},
		"cancel":     {storage.CancelDeliveries, bulk.Choice{}, mixed, 0, "Cancel 4 of 8 deliveries?", "4 cannot be cancelled: 2 failed, 1 cancelled, 1 delivered.", ""},
		"replay":     {storage.ReplayDeliveries, bulk.Choice{}, mixed, 0, "Replay 8 deliveries?", "", ""},
		"orphans":    {storage.ReplayDeliveries, bulk.Choice{}, mixed, 2, "Replay 4 of 8 deliveries?", "4 cannot be replayed: 4 of a deleted webhook.", ""},
		"one":        {storage.CancelDeliveries, bulk.Choice{}, mixed[:1], 0, "Cancel 1 delivery?", "", ""},
		"some":       {storage.CancelDeliveries, bulk.Choice{IDs: []storage.ID{3, 99, 1}}, mixed, 0, "Cancel 2 of 3 deliveries?", "1 cannot be cancelled: 1 no longer kept.", ""},
		"none":       {storage.CancelDeliveries, bulk.Choice{}, mixed[4:], 0, "Cancel 0 of 4 deliveries?", "4 cannot be cancelled: 2 failed, 1 cancelled, 1 delivered.", "conflict: none of 4 deliveries can be cancelled: 2 failed, 1 cancelled, 1 delivered"},
		"none again": {storage.RetryDeliveries, bulk.Choice{}, mixed[4:5], 0, "Retry 0 of 1 delivery?", "1 cannot be retried: 1 delivered.", "conflict: none of them can be retried: 1 delivered; replay them instead"},
		"nothing":    {storage.CancelDeliveries, bulk.Choice{}, nil, 0, "Cancel 0 deliveries?", "", ""},
	} {
		s := stored(c.states...)
		s.deleted = c.deleted
		plan, err := bulk.Prepare(t.Context(), s, c.action, c.choice, nil)
		if err != nil {
			t.Fatal(err)
		}
		refusal := ""
		if err := plan.Impossible(); err != nil {
			refusal = err.Error()
		}
		if diff := cmp.Diff([]string{c.question, c.exception, c.refusal}, []string{plan.Question(), plan.Exception(), refusal}); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

// Deliveries that arrive while the plan is made are not part of it, and those that change before it
// runs are skipped.
func TestRunKeepsToThePlan(t *testing.T) {
	s := &store{}
	s.add(2345, storage.Retrying)
	most := 0
	plan, err := bulk.Prepare(t.Context(), s, storage.CancelDeliveries, bulk.Choice{}, func(n int) { most = n })
	if err != nil || len(plan.IDs) != 2345 || most != 2345 || !slices.IsSorted(plan.IDs) {
		t.Fatalf("got %d planned, %d reported, %v; want 2345", len(plan.IDs), most, err)
	}
	s.all[0].State, s.all[1].State, s.all[7].State = storage.Failed, storage.StateDelivered, storage.Failed
	var reports []int
	done, err := plan.Run(t.Context(), s, "in a test", func(o bulk.Outcome) { reports = append(reports, o.Total()) })
	if want := "cancelled 2,342 of 2,345 deliveries; 3 could not be cancelled: 2 failed, 1 delivered"; err != nil || done.String() != want {
		t.Errorf("got %s, %v; want %s", done, err, want)
	}
	if diff := cmp.Diff([]string{"2,342 of 2,345 deliveries cancelled in a test"}, s.activities); diff != "" {
		t.Error(diff)
	}
	if len(reports) != 24 || reports[0] != 100 || reports[23] != 2345 || len(s.commits[23]) != 45 {
		t.Errorf("got progress reports after %v, want 24", reports)
	}
}

func TestRunCanBeStopped(t *testing.T) {
	s := &store{}
	s.add(250, storage.Retrying)
	plan, err := bulk.Prepare(t.Context(), s, storage.RetryDeliveries, bulk.Choice{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	done, err := plan.Run(ctx, s, "", func(bulk.Outcome) { stop() })
	if want := "retried 100 of 250 deliveries; stopped, 150 left as they were"; err != nil || done.String() != want || len(s.commits) != 1 {
		t.Errorf("got %s, %v; want %s", done, err, want)
	}
	if !slices.Equal(s.activities, []string{"100 of 250 deliveries made due at once"}) {
		t.Errorf("got the activities %q", s.activities)
	}

	s.act = func() error { return storage.ErrDiskFull }
	done, err = plan.Run(t.Context(), s, "", nil)
	if !errors.Is(err, storage.ErrDiskFull) || done.Total() != 0 || len(s.activities) != 1 {
		t.Errorf("got %s, %v, activities %q", done, err, s.activities)
	}
}
