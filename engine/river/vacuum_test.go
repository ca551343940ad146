package river_test

import (
	"fmt"
	"testing"

	"backchannel/storage/postgres/pgtest"
)

// The leader removes the dead rows of many jobs, without waiting for the server's autovacuum.
func TestDeadRowsOfJobsAreRemoved(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	pgtest.Run(t, w.url, `ALTER TABLE river_job SET (autovacuum_enabled = off)`)
	w.node()
	pgtest.Run(t, w.url, `INSERT INTO river_job (args, kind, max_attempts, queue, scheduled_at) SELECT '{}', 'delivery', 1, 'none', now() FROM generate_series(1, 12000)`)
	pgtest.Run(t, w.url, `DELETE FROM river_job WHERE queue = 'none'`)
	var vacuums, dead int
	w.eventually(func() bool {
		err := w.store.Pool().QueryRow(t.Context(), `SELECT vacuum_count, n_dead_tup FROM pg_stat_user_tables WHERE relname = 'river_job'`).Scan(&vacuums, &dead)
		return err == nil && vacuums > 0 && dead < 100
	}, func() string { return fmt.Sprintf("after %d vacuums there are %d dead rows", vacuums, dead) })
}
