package river_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"backchannel/engine/river"
	"backchannel/storage"
	"backchannel/storage/postgres"
	"backchannel/storage/postgres/pgtest"
)

// Whatever a person does to jobs with River's tools, each delivery is sent once.
func TestDeliveriesWithoutAJobAreSent(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	jobs := map[string]storage.ID{}
	for _, change := range []string{
		`DELETE FROM river_job WHERE id = %d`,
		`UPDATE river_job SET state = 'cancelled', finalized_at = now() WHERE id = %d`,
		`UPDATE river_job SET state = 'discarded', finalized_at = now() WHERE id = %d`,
		`UPDATE river_job SET state = 'completed', finalized_at = now() WHERE id = %d`,
		`UPDATE river_job SET priority = 4 WHERE id = %d`,
	} {
		id := w.fire(1)[0]
		jobs[change] = id
		pgtest.Run(t, w.url, fmt.Sprintf(change, id))
	}
	pgtest.Run(t, w.url, `UPDATE deliveries SET next_attempt_at = next_attempt_at - interval '1 minute'`)
	w.node()
	for change, id := range jobs {
		w.await(storage.StateDelivered, id)
		if d := w.delivery(id); d.Attempts != 1 {
			t.Errorf("after %s: got %d attempts, want 1", change, d.Attempts)
		}
	}
	if n := len(w.endpoint.requests()); n != len(jobs) {
		t.Errorf("got %d requests, want %d", n, len(jobs))
	}
}

// A lister reports the given deliveries as overdue and records which get a job.
type lister struct {
	*postgres.Store

	overdue, restored []storage.ID
}

func (l *lister) Overdue(context.Context, time.Time, int) ([]storage.ID, error) {
	return l.overdue, nil
}

func (l *lister) RestoreJobs(ctx context.Context, ids ...storage.ID) error {
	l.restored = append(l.restored, ids...)
	return l.Store.RestoreJobs(ctx, ids...)
}

// A delivery that ends while overdue ones are listed has not lost its job.
func TestDeliveryThatHasEndedGetsNoJob(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	first := w.node()
	sent := w.fire(3)
	w.await(storage.StateDelivered, sent...)
	first.stop()
	lacks := w.fire(1)
	pgtest.Run(t, w.url, `DELETE FROM river_job`)
	var l *lister
	n := w.nodeOn(func(s *postgres.Store) river.Store {
		l = &lister{Store: s, overdue: append(sent, lacks...)}
		return l
	})
	w.await(storage.StateDelivered, lacks...)
	n.stop()
	if !slices.Equal(l.restored, lacks) {
		t.Errorf("got jobs for %v, want %v", l.restored, lacks)
	}
}
