package postgres

import (
	"errors"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"backchannel/storage/postgres/pgtest"
)

// A store takes the time from the server, even after this machine's clock was set.
func TestPingsSetTheClock(t *testing.T) {
	t.Parallel()
	var ahead atomic.Int64
	store := open(t, Options{URL: pgtest.Copy(t, template), KeyFile: templateKey, ServerTime: true,
		Now: func() time.Time { return time.Now().Add(time.Duration(ahead.Load())) }})
	for _, by := range []time.Duration{0, time.Hour, -time.Hour} {
		ahead.Store(int64(by))
		store.ping(t.Context())
		if off := time.Until(store.Now()); off.Abs() > time.Minute {
			t.Errorf("with this machine's clock %s ahead: the store's is %s ahead, want 0s", by, off)
		}
		server, err := store.Server(t.Context())
		if err != nil || (server.Behind+by).Abs() > time.Minute {
			t.Errorf("with this machine's clock %s ahead: got Behind %s, %v", by, server.Behind, err)
		}
	}
}

// A node without work notices that a table has gone.
func TestPingsFindAMissingTable(t *testing.T) {
	t.Parallel()
	store := open(t, Options{URL: pgtest.Copy(t, template), KeyFile: templateKey})
	if err := store.usable(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := store.pool.Exec(t.Context(), `ALTER TABLE receipts RENAME TO gone`); err != nil {
		t.Fatal(err)
	}
	var lacking *pgconn.PgError
	if err := store.usable(t.Context()); !errors.As(err, &lacking) || lacking.Code != noTable || !strings.Contains(lacking.Message, `"receipts"`) {
		t.Errorf("without a table: got %v", err)
	}
}
