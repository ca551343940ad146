package main

import (
	"context"
	"database/sql"
	"fmt"
	"path/filepath"
	"time"

	"backchannel/storage"
	"backchannel/storage/sqlite"
)

// enqueue compares how many events several producers enqueue with how many they insert when a single
// goroutine does nothing but commit the waiting inserts together. An insert is either of the same two
// rows with their indexes, or of a single row of the same size without an index.
func enqueue(ctx context.Context, s settings) ([]row, error) {
	var rows []row
	for _, n := range []int{1, 32, 128} {
		same, err := bareInserts(ctx, s, n, sameRows)
		if err != nil {
			return nil, err
		}
		ours, err := enqueueRate(ctx, s, n)
		if err != nil {
			return nil, err
		}
		single, err := bareInserts(ctx, s, n, singleRow)
		if err != nil {
			return nil, err
		}
		rows = append(rows,
			row{what: fmt.Sprintf("enqueued by %d, vs. the same rows inserted bare", n), ours: perSecond(ours), limit: perSecond(same), ratio: ours / same, goal: "> 0.7"},
			row{what: fmt.Sprintf("enqueued by %d, vs. one row without an index", n), ours: perSecond(ours), limit: perSecond(single), ratio: ours / single},
		)
	}
	return rows, nil
}

// enqueueRate returns how many events per second n producers enqueue.
func enqueueRate(ctx context.Context, s settings, n int) (float64, error) {
	store, source, err := idleStore(ctx, s)
	if err != nil {
		return 0, err
	}
	defer store.Close()
	return hammer(ctx, n, s.duration, func(ctx context.Context) error { return enqueueOne(ctx, store, source) })
}

// idleStore returns a store with a paused webhook, and events for it. Nothing is delivered.
func idleStore(ctx context.Context, s settings) (*sqlite.Store, *events, error) {
	store, err := openStore(ctx, s.dir)
	if err != nil {
		return nil, nil, err
	}
	hook, err := targetPeer(ctx, store, "unheard", &peer{url: "http://127.0.0.1:1"}, s.workers)
	if err != nil {
		return nil, nil, err
	}
	if err := store.SetWebhookState(ctx, hook.ID, storage.Paused, ""); err != nil {
		return nil, nil, err
	}
	source, err := newEvents(hook)
	return store, source, err
}

// A bareDB is a database with the statements that insert an event into it.
type bareDB struct {
	db      *sql.DB
	inserts []string
	values  func(id int64, event storage.Event) [][]any
}

// singleRow inserts one row into a table without an index: the minimum cost of storing an
// event.
func singleRow(_ context.Context, s settings) (bareDB, error) {
	db, err := bareDatabase(s.dir)
	return bareDB{
		db: db, inserts: []string{"INSERT INTO bare (payload) VALUES (?)"},
		values: func(_ int64, e storage.Event) [][]any { return [][]any{{e.Payload}} },
	}, err
}

// sameRows inserts the same rows as enqueueing, into the tables of a store.
func sameRows(ctx context.Context, s settings) (bareDB, error) {
	store, source, err := idleStore(ctx, s)
	if err != nil {
		return bareDB{}, err
	}
	if err := store.Close(); err != nil {
		return bareDB{}, err
	}
	hook := int64(source.webhook.ID)
	db, err := openBare(filepath.Join(store.Dir(), "backchannel.db"))
	return bareDB{
		db: db,
		inserts: []string{
			"INSERT INTO events VALUES (?,?,?,?,?,?,?,?,?,?)",
			"INSERT INTO deliveries (id, event_id, webhook_id, replay_of, state, created_at, next_attempt_at) VALUES (?,?,?,0,'queued',?,?)",
		},
		values: func(id int64, e storage.Event) [][]any {
			return [][]any{
				{id, hook, e.RequestID, string(e.Channel), string(e.Status), e.Variant, e.Identity, "", id, e.Payload},
				{id, id, hook, id, id},
			}
		},
	}, err
}

// An insert is an event whose producer waits for its commit.
type insert struct {
	event storage.Event
	done  chan error
}

// bareInserts returns how many events per second n producers insert.
func bareInserts(ctx context.Context, s settings, n int, open func(context.Context, settings) (bareDB, error)) (float64, error) {
	to, err := open(ctx, s)
	if err != nil {
		return 0, err
	}
	defer to.db.Close()
	source, err := newEvents(storage.NewWebhook())
	if err != nil {
		return 0, err
	}
	waiting := make(chan insert, n)
	defer close(waiting)
	go to.groupCommit(waiting)
	return hammer(ctx, n, s.duration, func(context.Context) error {
		event, err := source.next()
		if err != nil {
			return err
		}
		done := make(chan error, 1)
		waiting <- insert{event, done}
		return <-done
	})
}

// groupCommit commits all waiting inserts together, as the store's writer does. With a commit for each
// insert, the disk would be the limit.
func (b bareDB) groupCommit(waiting <-chan insert) {
	id := time.Now().UnixMicro()
	for first := range waiting {
		group := []insert{first}
		for len(waiting) > 0 {
			group = append(group, <-waiting)
		}
		err := b.commitAll(id, group)
		id += int64(len(group))
		for _, one := range group {
			one.done <- err
		}
	}
}

// commitAll inserts the events of a group in one transaction. It inserts row by row rather than
// event by event, so that each statement is prepared once.
func (b bareDB) commitAll(id int64, group []insert) error {
	tx, err := b.db.Begin()
	if err != nil {
		return err
	}
	defer tx.Rollback()
	for i := range b.inserts {
		if err := b.insertAll(tx, i, id, group); err != nil {
			return err
		}
	}
	return tx.Commit()
}

// insertAll inserts one of an event's rows for the whole group.
func (b bareDB) insertAll(tx *sql.Tx, row int, id int64, group []insert) error {
	statement, err := tx.Prepare(b.inserts[row])
	if err != nil {
		return err
	}
	defer statement.Close()
	for k, one := range group {
		if _, err := statement.Exec(b.values(id+int64(k), one.event)[row]...); err != nil {
			return err
		}
	}
	return nil
}
