package river

import (
	"context"

	"backchannel/storage"
)

// enoughDead is how many dead rows of jobs are worth a vacuum, which removes one in about 2 µs.
const enoughDead = 10_000

// A sweeper removes dead rows of jobs. PostgreSQL's autovacuum does so once a minute, and until
// then each query for jobs reads past the index entries that all earlier jobs have left: after ten
// seconds at full speed, taking a job costs five times as much as at first.
type sweeper struct {
	node *Engine
	left int64 // dead rows that the last vacuum could not remove, for example because of an open transaction
}

// run sweeps every second until ctx is done, if this node leads.
func (s *sweeper) run(ctx context.Context) {
	for storage.Sleep(ctx, beat) {
		if s.node.leads() {
			s.node.logError(ctx, "vacuum the table of jobs", s.sweep(ctx))
		}
	}
}

func (s *sweeper) sweep(ctx context.Context) error {
	if dead, err := s.dead(ctx); err != nil || dead < s.left+enoughDead {
		return err
	}
	// SKIP_LOCKED keeps the vacuum from waiting for a lock on the table, and TRUNCATE false from
	// locking others out. If the table belongs to another role, the server only warns.
	if _, err := s.node.pool.Exec(ctx, `VACUUM (SKIP_LOCKED, TRUNCATE false) river_job`); err != nil {
		return err
	}
	var err error
	s.left, err = s.dead(ctx)
	return err
}

// dead returns about how many dead rows there are. Servers count with a delay of up to a second.
func (s *sweeper) dead(ctx context.Context) (n int64, err error) {
	err = s.node.pool.QueryRow(ctx, `SELECT pg_stat_get_dead_tuples('river_job'::regclass)`).Scan(&n)
	return n, err
}
