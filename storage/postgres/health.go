package postgres

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"backchannel/storage"
	"backchannel/storage/records"
	"backchannel/storage/seal"
)

// A HealthStore reports whether the database can be reached and is intact.
type HealthStore struct {
	*database
	watch *watch
}

// A watch pings the server every second, from the first call of OnLost on.
type watch struct {
	begin sync.Once
	mu    sync.Mutex // guards the fields below
	lost  error
	call  func(error)
}

// Lost returns why the database cannot be reached at the moment, or nil. Before the first call of
// OnLost it always returns nil.
func (s *HealthStore) Lost() error {
	s.watch.mu.Lock()
	defer s.watch.mu.Unlock()
	return s.watch.lost
}

// OnLost registers a function that is called with an error when the database can no longer be
// reached, and with nil when it can be again. It is called again if the server can be reached but is
// of no use for another reason, such as that only a standby is left: a connection may end before the
// server refuses the next one.
func (s *HealthStore) OnLost(call func(error)) {
	s.watch.mu.Lock()
	s.watch.call = call
	s.watch.mu.Unlock()
	s.watch.begin.Do(func() { s.background(s.ping) })
}

// ping pings the server once and reports a change.
func (s *HealthStore) ping(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	err := s.place.explain(s.usable(ctx))
	w := s.watch
	w.mu.Lock()
	changed := isNews(err, w.lost)
	w.lost = err
	call := w.call
	w.mu.Unlock()
	if changed {
		s.hub.Publish(storage.ChangedAll)
		call(err)
	}
}

// isNews reports whether to report the result of a ping, given that of the previous one.
func isNews(err, before error) bool {
	return (err == nil) != (before == nil) || errors.Is(err, storage.ErrUnreachable) != errors.Is(before, storage.ErrUnreachable) ||
		errors.Is(err, errStandby) && !errors.Is(before, errStandby)
}

// usable returns why the server does not answer, or which table this process may no longer use, which
// a node without work would not notice for long. It also reads the server's time, because either
// clock may be set while this process runs.
func (s *HealthStore) usable(ctx context.Context) error {
	began := time.Now()
	found, err := records.First(ctx, queries{s.pool}, scanUse, `SELECT clock_timestamp(), coalesce(name, ''), coalesce(missing, false)
		FROM (SELECT) AS always LEFT JOIN (SELECT name, to_regclass(name) IS NULL AS missing FROM unnest(?1::text[]) AS t (name)
			WHERE to_regclass(name) IS NULL OR NOT has_table_privilege(to_regclass(name), 'SELECT') OR ?2 AND NOT (has_table_privilege(to_regclass(name), 'INSERT')
				AND has_table_privilege(to_regclass(name), 'UPDATE') AND has_table_privilege(to_regclass(name), 'DELETE')) LIMIT 1) AS lacking ON true`,
		[]string{"store", "writers", "nodes", "webhooks", "events", "deliveries", "attempts", "receipts", "activities"}, s.writes.Load())
	if err != nil {
		return err
	}
	if s.clock != nil {
		s.clock.set(found.server, time.Since(began))
	}
	return found.lacking
}

// A use has the server's time, and the error that using a table would cause.
type use struct {
	server  time.Time
	lacking error
}

func scanUse(read scan) (u use, err error) {
	var at timestamp
	var table string
	var missing bool
	if err := read(&at, &table, &missing); err != nil {
		return u, err
	}
	u.server = at.Time
	switch {
	case missing:
		u.lacking = &pgconn.PgError{Code: noTable, Message: `relation "` + table + `" does not exist`}
	case table != "":
		u.lacking = &pgconn.PgError{Code: noRight, Message: "permission denied for table " + table}
	}
	return u, nil
}

// TryWrite returns why nothing can be stored, or nil.
func (s *HealthStore) TryWrite(ctx context.Context) error {
	return s.write(ctx, 0, func(*tx) error { return nil })
}

// Free returns false, because a server does not report its free disk space.
func (s *HealthStore) Free() (bytes int64, known bool) { return 0, false }

// Check reads all tables and describes each defect that it finds: a row that the server cannot
// read, a secret that cannot be unsealed, a counter that differs from what it counts.
func (s *HealthStore) Check(ctx context.Context) (found []string, err error) {
	tables, err := records.Collect(ctx, queries{s.pool}, records.One[string], `SELECT tablename FROM pg_tables WHERE schemaname = current_schema() AND tablename NOT LIKE 'river%' ORDER BY 1`)
	if err != nil {
		return nil, s.place.explain(err)
	}
	for _, table := range tables {
		if _, err := records.First(ctx, queries{s.pool}, records.One[int64], `SELECT count(t.*::text) FROM `+table+` t`); err != nil {
			found = append(found, fmt.Sprintf("table %s cannot be read: %v", table, s.place.explain(err)))
		}
	}
	secrets, err := s.checkSecrets(ctx)
	if err != nil {
		return nil, s.place.explain(err)
	}
	counts, err := s.checkCounts(ctx)
	return append(append(found, secrets...), counts...), s.place.explain(err)
}

func (s *HealthStore) checkSecrets(ctx context.Context) (found []string, err error) {
	type sealed struct {
		id     storage.ID
		secret []byte
	}
	all, err := records.Collect(ctx, queries{s.pool}, func(read scan) (w sealed, err error) {
		err = read(&w.id, &w.secret)
		return w, err
	}, `SELECT id, jwt_secret FROM webhooks WHERE jwt_secret IS NOT NULL`)
	for _, w := range all {
		if _, err := s.seals.Open(w.secret, seal.At("webhooks", "jwt_secret", w.id)); err != nil {
			found = append(found, err.Error())
		}
	}
	return found, err
}

func (s *HealthStore) checkCounts(ctx context.Context) (found []string, err error) {
	wrong, err := records.Collect(ctx, queries{s.pool}, records.One[string], `SELECT DISTINCT encode(coalesce(n.name, ''), 'escape')
		FROM (SELECT webhook_id, state, sum(n) AS n FROM delivery_counts GROUP BY 1, 2) c
		FULL JOIN (SELECT webhook_id, state, count(*) AS n FROM deliveries GROUP BY 1, 2) d USING (webhook_id, state)
		LEFT JOIN webhook_names n USING (webhook_id) WHERE coalesce(c.n, 0) <> coalesce(d.n, 0)`)
	if len(wrong) > 0 {
		found = append(found, "the number of deliveries is counted wrong for "+strings.Join(wrong, ", "))
	}
	return found, err
}

// background runs a pass each second until the store is closed.
func (d *database) background(pass func(context.Context)) {
	d.passes.Go(func() {
		storage.Repeat(d.open, nil, func(ctx context.Context) time.Duration {
			pass(ctx)
			return time.Second
		})
	})
}

// PauseWrites waits for the commits in progress and starts no others until release is called. It is
// called before the process is suspended, which in mid-transaction would keep locks that other
// processes wait for.
func (d *database) PauseWrites() (release func()) {
	d.gate.Lock()
	return sync.OnceFunc(d.gate.Unlock)
}
