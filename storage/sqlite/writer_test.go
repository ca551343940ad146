package sqlite

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/mattn/go-sqlite3"

	"backchannel/storage"
	"backchannel/storage/storetest"
)

// stall keeps the writer busy until release is called, so that later operations form one batch.
func stall(s *Store) (release func()) {
	begun, end, done := make(chan struct{}), make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		s.write(context.Background(), 0, func(*tx) error {
			close(begun)
			<-end
			return nil
		})
	}()
	<-begun
	return func() { close(end); <-done }
}

func TestFailedOperationAffectsNoOther(t *testing.T) {
	t.Parallel()
	s := openTest(t)
	w := storetest.AddWebhook(t, s, "acme")
	release := stall(s)
	var all sync.WaitGroup
	for i := range 20 {
		all.Go(func() {
			e := storetest.EventFor(w)
			if i%5 == 0 {
				e.WebhookID = 7
			}
			_, err := s.Enqueue(context.Background(), e)
			if (i%5 == 0) != errors.Is(err, storage.ErrNotFound) {
				t.Errorf("operation %d: got %v", i, err)
			}
		})
	}
	until(t, "a full batch", func() bool { return len(s.writer.queue.Waiting) == 20 })
	release()
	all.Wait()
	if got, _ := s.Counts(t.Context()); got.Deliveries[storage.Queued] != 16 {
		t.Errorf("got %d deliveries, want 16", got.Deliveries[storage.Queued])
	}
	checkStore(t, s)
}

func TestPanicReachesItsCallerOnly(t *testing.T) {
	t.Parallel()
	s := openTest(t)
	w := storetest.AddWebhook(t, s, "acme")
	release := stall(s)
	var all sync.WaitGroup
	all.Go(func() {
		defer func() {
			if got := recover(); got != "ouch" {
				t.Errorf("recovered %v, want ouch", got)
			}
		}()
		r := storetest.ReceiptOf(w)
		calls := 0
		s.AddReceipt(context.Background(), &r, func([]storage.Earlier) {
			if calls++; calls > 1 { // in the transaction
				panic("ouch")
			}
		})
	})
	all.Go(func() {
		if _, err := s.Enqueue(context.Background(), storetest.EventFor(w)); err != nil {
			t.Error(err)
		}
	})
	until(t, "a batch", func() bool { return len(s.writer.queue.Waiting) == 2 })
	release()
	all.Wait()
	storetest.Enqueue(t, s, w)
}

func TestCancelledOperationDoesNotRun(t *testing.T) {
	t.Parallel()
	s := openTest(t)
	w := storetest.AddWebhook(t, s, "acme")
	release := stall(s)
	ctx, cancel := context.WithCancel(t.Context())
	failed := make(chan error)
	go func() {
		_, err := s.Enqueue(ctx, storetest.EventFor(w))
		failed <- err
	}()
	until(t, "the operation", func() bool { return len(s.writer.queue.Waiting) == 1 })
	cancel()
	release()
	if err := <-failed; !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	if got, _ := s.Counts(t.Context()); got.Deliveries[storage.Queued] != 0 {
		t.Error("the cancelled operation ran")
	}
}

func TestCloseFinishesAcceptedOperations(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s, err := Open(t.Context(), Options{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	w := storetest.AddWebhook(t, s, "acme")
	release := stall(s)
	kept := make(chan error)
	go func() {
		_, err := s.Enqueue(context.Background(), storetest.EventFor(w))
		kept <- err
	}()
	until(t, "the operation", func() bool { return len(s.writer.queue.Waiting) == 1 })
	closing := make(chan error)
	go func() { closing <- s.Close() }()
	release()
	if err := errors.Join(<-kept, <-closing); err != nil {
		t.Fatal(err)
	}
	if got, _ := openTest(t, dir).Counts(t.Context()); got.Deliveries[storage.Queued] != 1 {
		t.Error("the operation was lost")
	}
}

// TestFullDisk limits the size of the database, which for SQLite is the same as a full disk.
func TestFullDisk(t *testing.T) {
	t.Parallel()
	s := openTest(t)
	w := storetest.AddWebhook(t, s, "acme")
	kept := storetest.Enqueue(t, s, w)
	pragma := func(text string) {
		t.Helper()
		if _, err := s.writer.conn.ExecContext(t.Context(), text); err != nil {
			t.Fatal(err)
		}
	}
	pragma(`PRAGMA max_page_count = 1`) // SQLite takes the present number of pages if that is larger
	e := storetest.EventFor(w)
	e.Payload = make([]byte, 1<<20)
	_, err := s.Enqueue(t.Context(), e)
	if !errors.Is(err, storage.ErrDiskFull) {
		t.Fatalf("got %v", err)
	}
	oneLine(t, err)
	storetest.Delivery(t, s, kept.ID)
	pragma(fmt.Sprint(`PRAGMA max_page_count = `, 1<<30))
	if _, err := s.Enqueue(t.Context(), e); err != nil {
		t.Errorf("with space again: %v", err)
	}
	checkStore(t, s)
}

func TestErrorsMatchSentinels(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		err  error
		want error
	}{
		{sqlite3.Error{Code: sqlite3.ErrFull}, storage.ErrDiskFull},
		{sqlite3.Error{Code: sqlite3.ErrReadonly}, storage.ErrReadOnly},
		{sqlite3.Error{Code: sqlite3.ErrCorrupt}, storage.ErrDamaged},
		{sqlite3.Error{Code: sqlite3.ErrNotADB}, storage.ErrDamaged},
		{fmt.Errorf("do: %w", sqlite3.Error{Code: sqlite3.ErrFull}), storage.ErrDiskFull},
	} {
		got := classify(c.err)
		if !errors.Is(got, c.want) || !errors.Is(got, c.err) || !errors.Is(classify(got), got) {
			t.Errorf("classify(%v): got %v, want %v", c.err, got, c.want)
		}
	}
	if err := errors.New("else"); !errors.Is(classify(err), err) || classify(nil) != nil {
		t.Error("classify changed another error")
	}
}
