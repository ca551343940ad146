package main

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"time"

	"backchannel/storage"
)

// pace is the interval between two events of the paced benchmarks. The machine can deliver far more, so
// the latency includes no waiting in a queue.
const pace = 2 * time.Millisecond // 500/s

// atPace calls do once per pace for a while, each time in a new goroutine, and returns the durations that
// do returned. The first error ends it.
func atPace(ctx context.Context, duration, pace time.Duration, do func(context.Context) (time.Duration, error)) ([]time.Duration, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var mu sync.Mutex
	var took []time.Duration
	var group sync.WaitGroup
	ticks := time.NewTicker(pace)
	defer ticks.Stop()
	for range int(duration / pace) {
		<-ticks.C
		group.Go(func() {
			one, err := do(ctx)
			if err != nil {
				cancel(err)
				return
			}
			mu.Lock()
			took = append(took, one)
			mu.Unlock()
		})
	}
	group.Wait()
	return took, context.Cause(ctx)
}

// paced compares the latency of deliveries, from the call to enqueue to the end of the
// attempt, with that of one bare commit and one raw POST after the other.
func paced(ctx context.Context, s settings) ([]row, error) {
	w, source, err := newHarnessWithSink(ctx, s, roleSink)
	if err != nil {
		return nil, err
	}
	defer w.close()
	limit, err := barePace(ctx, s, w.sink, source)
	if err != nil {
		return nil, err
	}
	ours, err := w.latencies(ctx, source, s.duration, pace)
	if err != nil {
		return nil, err
	}
	return []row{
		compare("p50 at 500/s", ours, limit, 0.50, ""),
		compare("p99 at 500/s", ours, limit, 0.99, "< 3"),
	}, nil
}

// compare returns the row that compares a quantile of two sets of latencies.
func compare(what string, ours, limit []time.Duration, q float64, goal string) row {
	a, b := quantile(ours, q), quantile(limit, q)
	return row{what: what, ours: millis(a), limit: millis(b), ratio: float64(a) / float64(b), goal: goal}
}

// barePace measures the limit for paced: one commit and then one POST.
func barePace(ctx context.Context, s settings, p *peer, source *events) ([]time.Duration, error) {
	body, header, err := source.sample()
	if err != nil {
		return nil, err
	}
	raw, err := newPost(p, body, header, s.workers)
	if err != nil {
		return nil, err
	}
	defer raw.client.CloseIdleConnections()
	db, err := bareDatabase(s.dir)
	if err != nil {
		return nil, err
	}
	defer db.Close()
	return atPace(ctx, s.duration, pace, func(ctx context.Context) (time.Duration, error) {
		began := time.Now()
		if _, err := db.Exec("INSERT INTO bare (payload) VALUES (?)", body); err != nil {
			return 0, err
		}
		err := raw.do(ctx)
		return time.Since(began), err
	})
}

// bareDatabase creates an SQLite database with one table and the durability of a store.
func bareDatabase(parent string) (*sql.DB, error) {
	dir, err := os.MkdirTemp(parent, "bare-")
	if err != nil {
		return nil, err
	}
	db, err := openBare(filepath.Join(dir, "bare.db"))
	if err != nil {
		return nil, err
	}
	_, err = db.Exec("CREATE TABLE bare (id INTEGER PRIMARY KEY, payload BLOB NOT NULL) STRICT")
	return db, err
}

// openBare opens a database with the store's pragmas and one connection.
func openBare(path string) (*sql.DB, error) {
	db, err := sql.Open("sqlite3", "file:"+path+"?_journal_mode=wal&_synchronous=full&_txlock=immediate&_foreign_keys=on")
	if err == nil {
		db.SetMaxOpenConns(1)
	}
	return db, err
}

// latencies enqueues at the pace and then asks the store when each attempt ended.
func (w *harness) latencies(ctx context.Context, source *events, duration, pace time.Duration) ([]time.Duration, error) {
	var mu sync.Mutex
	began := map[storage.ID]time.Time{}
	_, err := atPace(ctx, duration, pace, func(ctx context.Context) (time.Duration, error) {
		event, err := source.next()
		if err != nil {
			return 0, err
		}
		at := time.Now()
		made, err := w.store.Enqueue(ctx, event)
		if err != nil {
			return 0, err
		}
		mu.Lock()
		began[made[0].ID] = at
		mu.Unlock()
		return 0, nil
	})
	if err != nil {
		return nil, err
	}
	if err := w.waitIdle(ctx, source.webhook.ID); err != nil {
		return nil, err
	}
	return w.tookSince(ctx, source.webhook.ID, began)
}

// tookSince returns how long the deliveries took that were enqueued at the given times. A failed
// delivery is an error, because its latency means nothing.
func (w *harness) tookSince(ctx context.Context, hook storage.ID, began map[storage.ID]time.Time) ([]time.Duration, error) {
	deliveries, err := w.store.Deliveries(ctx, storage.DeliveryQuery{WebhookID: hook})
	if err != nil {
		return nil, err
	}
	var took []time.Duration
	for _, d := range deliveries {
		at, mine := began[d.ID]
		switch {
		case mine && d.State == storage.StateDelivered:
			took = append(took, d.FinishedAt.Sub(at))
		case mine:
			return nil, fmt.Errorf("delivery %s is %s: %s", d.ID, d.State, d.Error)
		}
	}
	return took, nil
}

// hangingDeliveries is how many deliveries are queued for the endpoint that never answers.
const hangingDeliveries = 2000

// neighbor compares the latency of a healthy endpoint while deliveries to another one hang with its
// latency alone.
func neighbor(ctx context.Context, s settings) ([]row, error) {
	hanging, err := startPeer(roleHang, s.dir)
	if err != nil {
		return nil, err
	}
	defer hanging.stop()
	w, source, err := newHarnessWithSink(ctx, s, roleSink)
	if err != nil {
		return nil, err
	}
	defer w.close()
	alone, err := w.latencies(ctx, source, s.duration, pace)
	if err != nil {
		return nil, err
	}
	if err := w.enqueueHanging(ctx, hanging); err != nil {
		return nil, err
	}
	together, err := w.latencies(ctx, source, s.duration, pace)
	return []row{compare("p99 beside a hanging endpoint", together, alone, 0.99, "< 1.5")}, err
}

// enqueueHanging enqueues deliveries for an endpoint that never answers.
func (w *harness) enqueueHanging(ctx context.Context, p *peer) error {
	hook, err := targetPeer(ctx, w.store, "hanging", p, storage.DefaultDelivery().Concurrency)
	if err != nil {
		return err
	}
	source, err := newEvents(hook)
	if err != nil {
		return err
	}
	for range hangingDeliveries {
		if err := enqueueOne(ctx, w.store, source); err != nil {
			return err
		}
	}
	return nil
}
