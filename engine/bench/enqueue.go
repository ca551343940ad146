package main

import (
	"context"
	"database/sql"
	"fmt"

	"backchannel/storage"
	"backchannel/storage/sqlite"
)

// enqueue compares what so many producers can enqueue with what they can insert, a bare
// row of the same bytes each, when one goroutine commits whatever waits.
func enqueue(ctx context.Context, s settings) ([]row, error) {
	var rows []row
	for _, n := range []int{1, 32, 128} {
		limit, err := bareInserts(ctx, s, n)
		if err != nil {
			return nil, err
		}
		ours, err := enqueueRate(ctx, s, n)
		if err != nil {
			return nil, err
		}
		rows = append(rows, row{
			what: fmt.Sprintf("enqueued by %d", n), ours: perSecond(ours), limit: perSecond(limit), ratio: ours / limit, aim: "> 0.7",
		})
	}
	return rows, nil
}

func enqueueRate(ctx context.Context, s settings, n int) (float64, error) {
	store, source, err := unheard(ctx, s)
	if err != nil {
		return 0, err
	}
	defer store.Close()
	return hammer(ctx, n, s.duration, func(ctx context.Context) error { return enqueueOne(ctx, store, source) })
}

// unheard is a store with a paused webhook, so that nothing but enqueueing goes on.
func unheard(ctx context.Context, s settings) (*sqlite.Store, *events, error) {
	store, err := openStore(ctx, s.dir)
	if err != nil {
		return nil, nil, err
	}
	hook, err := aim(ctx, store, "unheard", &peer{url: "http://127.0.0.1:1"}, s.workers)
	if err != nil {
		return nil, nil, err
	}
	if err := store.SetWebhookState(ctx, hook.ID, storage.Paused, ""); err != nil {
		return nil, nil, err
	}
	source, err := newEvents(hook)
	return store, source, err
}

// An insert is one producer waiting for the commit of one row.
type insert struct {
	payload []byte
	done    chan error
}

func bareInserts(ctx context.Context, s settings, n int) (float64, error) {
	db, err := bareDatabase(s.dir)
	if err != nil {
		return 0, err
	}
	defer db.Close()
	hook := storage.NewWebhook()
	source, err := newEvents(hook)
	if err != nil {
		return 0, err
	}
	waiting := make(chan insert, n)
	defer close(waiting)
	go groupCommit(db, waiting)
	return hammer(ctx, n, s.duration, func(context.Context) error {
		event, err := source.next()
		if err != nil {
			return err
		}
		done := make(chan error, 1)
		waiting <- insert{event.Payload, done}
		return <-done
	})
}

func groupCommit(db *sql.DB, waiting <-chan insert) {
	for first := range waiting {
		group := []insert{first}
		for len(waiting) > 0 {
			group = append(group, <-waiting)
		}
		err := commitAll(db, group)
		for _, one := range group {
			one.done <- err
		}
	}
}

func commitAll(db *sql.DB, group []insert) error {
	tx, err := db.Begin()
	if err != nil {
		return err
	}
	defer tx.Rollback()
	statement, err := tx.Prepare("INSERT INTO bare (payload) VALUES (?)")
	if err != nil {
		return err
	}
	defer statement.Close()
	for _, one := range group {
		if _, err := statement.Exec(one.payload); err != nil {
			return err
		}
	}
	return tx.Commit()
}
