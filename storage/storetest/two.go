package storetest

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"sync"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"backchannel/storage"
)

// runTwo tests what must hold while two stores write to one database.
func runTwo[S interface {
	Base
	Receipts
	Activities
}](t *testing.T, create Create[S]) {
	run(t, create, twoTests())
}

// twoTests are the tests of stores that write at the same time, as several processes do.
func twoTests() subject {
	return subject{bare: true, once: tests{
		"IDs grow across stores and clocks":              growingIDs,
		"no ID appears after a greater one":              noIDMissed,
		"the counts of two writers add up":               countersAddUp,
		"each store gets hints of all changes":           hintsForBoth,
		"an outcome reported by two counts once":         finishedByTwo,
		"the judge gets what another store wrote":        judgedByTwo,
		"an old version of another is a conflict":        staleAcrossStores,
		"a delivery cancelled by another is not retried": cancelledByOther,
	}}
}

// growingIDs lets two stores write in turn, one of them with a clock that is a day behind.
func growingIDs(t *suite) {
	behind := t.open(Options{Now: func() time.Time { return time.Now().Add(-24 * time.Hour) }})
	stores := []store{t.store, behind}
	w := AddWebhook(t, stores[0], "acme")
	last := w.ID
	for i := range 50 {
		d := Enqueue(t, stores[i%2], w)
		if d.EventID <= last || d.ID <= d.EventID {
			t.Fatalf("got the IDs %d and %d after %d, want greater ones", d.EventID, d.ID, last)
		}
		last = d.ID
	}
}

// noIDMissed follows the deliveries by ID, as the command tail does, while two stores write. A reader
// would miss an ID that became visible after a greater one.
func noIDMissed(t *suite) {
	other := t.open(Options{})
	w := AddWebhook(t, t.store, "acme")
	const each = 40
	var writers sync.WaitGroup
	for _, writer := range []store{t.store, t.store, other, other} {
		writers.Go(func() {
			for range each {
				if _, err := writer.Enqueue(context.WithoutCancel(t.ctx), EventFor(w)); err != nil {
					t.Error(err)
				}
			}
		})
	}
	done := make(chan struct{})
	go func() { writers.Wait(); close(done) }()
	var readers sync.WaitGroup
	for _, reader := range []store{t.store, other} {
		readers.Go(func() { t.follow(reader, done, 4*each) })
	}
	readers.Wait()
}

// follow reads new deliveries until done is closed and none is left.
func (s *suite) follow(reader store, done <-chan struct{}, want int) {
	seen, last := 0, storage.ID(1)
	for ended := false; ; {
		select {
		case <-done:
			ended = true
		default:
		}
		page, err := reader.Deliveries(s.ctx, storage.DeliveryQuery{After: last, Limit: 10})
		if err != nil {
			s.Error(err)
			return
		}
		for _, d := range page {
			seen, last = seen+1, max(last, d.ID)
		}
		if ended && len(page) == 0 {
			break
		}
	}
	if seen != want {
		s.Errorf("got %d of %d deliveries", seen, want)
	}
}

// countersAddUp lets two stores change the same counters at the same time. A store that reads a
// counter before it writes it would lose counts.
func countersAddUp(t *suite) {
	stores := []store{t.store, t.open(Options{})}
	w := AddWebhook(t, t.store, "acme")
	var writers sync.WaitGroup
	for i := range 4 {
		writers.Go(func() {
			mine, other := stores[i%2], stores[(i+1)%2]
			for n := range 6 {
				r := ReceiptOf(w)
				made, err := mine.Enqueue(t.ctx, EventFor(w))
				if err == nil && n%3 > 0 { // one store enqueues, the other finishes
					err = other.Finish(t.ctx, OutcomeOf(made[0], []storage.State{1: storage.StateDelivered, 2: storage.Retrying}[n%3]))
				}
				if err == nil {
					err = mine.AddReceipt(t.ctx, &r, func([]storage.Earlier) {})
				}
				if err != nil {
					t.Error(err)
				}
			}
		})
	}
	writers.Wait()
	for i, s := range stores {
		counts, err := s.Counts(t.ctx)
		t.must(err)
		want := storage.Counts{Deliveries: map[storage.State]int64{storage.Queued: 8, storage.StateDelivered: 8, storage.Retrying: 8}, Receipts: 24}
		maps.DeleteFunc(counts.Deliveries, func(_ storage.State, n int64) bool { return n == 0 })
		if diff := gocmp.Diff(want, counts); diff != "" {
			t.Errorf("store %d (-want, +got): %s", i, diff)
		}
		pending, err := s.PendingWork(t.ctx)
		if err != nil || len(pending) != 1 || pending[0].Queued != 8 || pending[0].Retrying != 8 {
			t.Errorf("store %d: got pending work %+v, %v", i, pending, err)
		}
	}
}

// hintsForBoth tests that each store gets hints of its own changes and of the other's, and that the
// latter are marked as made elsewhere, which makes an engine look for work.
func hintsForBoth(t *suite) {
	stores := []store{t.store, t.open(Options{})}
	hints := []<-chan storage.Change{stores[0].Changes(t.ctx), stores[1].Changes(t.ctx)}
	for i, writer := range stores {
		t.must(writer.AddActivity(t.ctx, storage.Activity{Text: "something"}))
		for n, hint := range hints {
			select {
			case got := <-hint:
				if !got.Has(storage.ChangedActivity) || n != i && !got.Has(storage.ChangedElsewhere) {
					t.Errorf("store %d got the hint %b for a change of store %d", n, got, i)
				}
			case <-time.After(20 * time.Second):
				t.Fatalf("store %d got no hint for a change of store %d", n, i)
			}
		}
	}
}

// finishedByTwo lets two stores report the same outcome at the same time.
func finishedByTwo(t *suite) {
	stores := []store{t.store, t.open(Options{})}
	d := Enqueue(t, t.store, AddWebhook(t, t.store, "acme"))
	o := OutcomeOf(d, storage.StateDelivered)
	var both sync.WaitGroup
	for _, s := range stores {
		both.Go(func() { _ = s.Finish(t.ctx, o) }) // the second may be refused
	}
	both.Wait()
	for _, s := range stores {
		if got := Delivery(t, s, d.ID); got.State != storage.StateDelivered || got.Attempts != 1 {
			t.Errorf("got %+v", got)
		}
		if counts, err := s.Counts(t.ctx); err != nil || counts.Deliveries[storage.StateDelivered] != 1 || counts.Deliveries[storage.Queued] != 0 {
			t.Errorf("Counts: got %+v, %v", counts, err)
		}
		if attempts, err := s.Attempts(t.ctx, d.ID); err != nil || len(attempts) != 1 {
			t.Errorf("got the attempts %+v, %v", attempts, err)
		}
	}
}

// judgedByTwo lets two receivers store the same message at the same time. Of any two receipts, the
// judge of one must get the other, or a duplicate would go unnoticed.
func judgedByTwo(t *suite) {
	stores := []store{t.store, t.open(Options{})}
	w := AddWebhook(t, t.store, "acme")
	var counts []int
	var mu sync.Mutex // guards counts
	var receivers sync.WaitGroup
	for i := range 10 {
		receivers.Go(func() {
			r, earlier := ReceiptOf(w), 0
			if err := stores[i%2].AddReceipt(t.ctx, &r, func(e []storage.Earlier) { earlier = len(e) }); err != nil {
				t.Error(err)
			}
			mu.Lock()
			defer mu.Unlock()
			counts = append(counts, earlier)
		})
	}
	receivers.Wait()
	slices.SortFunc(counts, cmp.Compare[int])
	if !slices.Equal(counts, []int{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}) {
		t.Errorf("got these numbers of earlier receipts: %v, want 0 to 9", counts)
	}
}

// staleAcrossStores lets one store change a webhook that the other has read, and the other delete it.
func staleAcrossStores(t *suite) {
	other := t.open(Options{})
	mine := AddWebhook(t, t.store, "acme")
	theirs, err := other.Webhook(t.ctx, mine.ID)
	t.must(err)
	theirs.URL = "https://example.com/theirs"
	t.must(other.UpdateWebhook(t.ctx, &theirs))
	wantFields(t, t.store.UpdateWebhook(t.ctx, &mine), "version")
	if _, err := t.store.DeleteWebhook(t.ctx, mine.ID); err != nil {
		t.Error(err)
	}
	if _, err := other.Enqueue(t.ctx, EventFor(theirs)); err == nil {
		t.Error("the other store enqueued for a deleted webhook")
	}
}

// cancelledByOther cancels a delivery in one store while the other has an attempt of it in flight.
func cancelledByOther(t *suite) {
	other := t.open(Options{})
	d := Enqueue(t, t.store, AddWebhook(t, t.store, "acme"))
	t.must(t.store.MarkSending(t.ctx, []storage.ID{d.ID}))
	t.must(other.CancelDelivery(t.ctx, d.ID))
	Finish(t, t.store, d, storage.Retrying)
	for _, s := range []store{t.store, other} {
		if got := Delivery(t, s, d.ID); got.State != storage.Cancelled || !got.NextAttemptAt.IsZero() {
			t.Errorf("got %+v", got)
		}
	}
	t.must(t.store.ResetSending(t.ctx))
	if got := Delivery(t, other, d.ID); got.State != storage.Cancelled {
		t.Errorf("after ResetSending: got %s, want cancelled", got.State)
	}
}
