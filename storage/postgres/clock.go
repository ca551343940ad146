package postgres

import (
	"context"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

const (
	// skewNoticed is the difference between two clocks that is followed. A smaller one may be
	// due to how long the question took.
	skewNoticed = 100 * time.Millisecond
	// mostAsked is how long the server's answer about its time may take to be of use.
	mostAsked = time.Second
)

// A clock tells the time by the server's clock. The clocks of the nodes may differ, and each node
// reads when others have made something due: a retry would come too late, or one after another
// without a pause.
type clock struct {
	machine func() time.Time
	behind  atomic.Int64 // nanoseconds that this machine is behind the server
}

func (c *clock) now() time.Time { return c.machine().Add(time.Duration(c.behind.Load())) }

// ask asks the server for its time.
func (c *clock) ask(ctx context.Context, pool *pgxpool.Pool) error {
	var server time.Time
	began := time.Now()
	if err := pool.QueryRow(ctx, `SELECT clock_timestamp()`, pgx.QueryExecModeSimpleProtocol).Scan(&server); err != nil {
		return err
	}
	c.set(server, time.Since(began))
	return nil
}

// set adjusts the clock to the server's time, in an answer that took some time. It leaves the clock
// unchanged if that time makes the difference too uncertain.
func (c *clock) set(server time.Time, took time.Duration) {
	behind := server.Sub(c.machine().Add(-took / 2))
	if took < mostAsked && (behind-time.Duration(c.behind.Load())).Abs() > skewNoticed+took {
		c.behind.Store(int64(behind))
	}
}

// Now returns the time by the server's clock, if the options say so.
func (s *Store) Now() time.Time { return s.now() }
