package river_test

import (
	"fmt"
	"testing"

	"backchannel/storage"
	"backchannel/storage/postgres/pgtest"
)

// What a person does to jobs with River's tools keeps no delivery from being sent, and sends
// none twice.
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
			t.Errorf("after %s there were %d attempts", change, d.Attempts)
		}
	}
	if n := len(w.endpoint.requests()); n != len(jobs) {
		t.Errorf("there were %d requests, want %d", n, len(jobs))
	}
}
