package postgres

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"backchannel/storage"
	"backchannel/storage/postgres/pgtest"
	"backchannel/storage/storetest"
)

// parallel runs work b.N times, spread over the goroutines. It reports the processor time that an
// operation takes here and in the server, which hardly depends on the load of the machine.
func parallel(b *testing.B, store *Store, goroutines int, work func() error) {
	b.Helper()
	own, servers := ownTime(b), serverTime(b, store)
	storetest.Parallel(b, goroutines, work)
	b.ReportMetric(float64((ownTime(b)-own).Microseconds())/float64(b.N), "own-µs/op")
	b.ReportMetric(float64((serverTime(b, store)-servers).Microseconds())/float64(b.N), "server-µs/op")
}

func ownTime(b *testing.B) time.Duration {
	b.Helper()
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		b.Fatal(err)
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}

// serverTime returns the processor time of the server's processes for this database, which live as
// long as their connections, and of those that write for all databases.
func serverTime(b *testing.B, store *Store) (total time.Duration) {
	b.Helper()
	rows, err := store.Pool().Query(b.Context(), `SELECT pid FROM pg_stat_activity WHERE datname = current_database() OR backend_type IN ('walwriter', 'background writer', 'checkpointer')`)
	if err != nil {
		b.Fatal(err)
	}
	pids, err := pgx.CollectRows(rows, pgx.RowTo[int])
	if err != nil {
		b.Fatal(err)
	}
	for _, pid := range pids {
		stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/schedstat", pid))
		if err != nil {
			b.Fatal(err)
		}
		var nanoseconds int64
		if _, err := fmt.Sscan(string(stat), &nanoseconds); err != nil {
			b.Fatal(err)
		}
		total += time.Duration(nanoseconds)
	}
	return total
}

// benchStore returns a store on a server that waits for its disk, and an event to enqueue.
func benchStore(b *testing.B) (*Store, storage.Event) {
	b.Helper()
	server := pgtest.Start(b, pgtest.Options{Fsync: true})
	store, err := Open(b.Context(), Options{URL: server.Create(b), KeyFile: templateKey})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { store.Close() })
	w := storage.NewWebhook()
	w.Name, w.Channels, w.Sandbox.Name = "acme", storage.Channels(), "acme"
	if err := store.CreateWebhook(b.Context(), &w); err != nil {
		b.Fatal(err)
	}
	event := storetest.EventFor(w)
	event.Payload = bytes.Repeat([]byte("x"), 1000)
	return store, event
}

func BenchmarkEnqueue(b *testing.B) {
	for _, n := range []int{1, 32, 128} {
		b.Run(fmt.Sprintf("producers=%d", n), func(b *testing.B) {
			store, event := benchStore(b)
			parallel(b, store, n, func() error {
				_, err := store.Enqueue(context.Background(), event)
				return err
			})
		})
	}
}

// BenchmarkDelivery enqueues events and stores the outcomes of their attempts.
func BenchmarkDelivery(b *testing.B) {
	for _, n := range []int{1, 32, 128} {
		b.Run(fmt.Sprintf("workers=%d", n), func(b *testing.B) {
			store, event := benchStore(b)
			parallel(b, store, n, func() error {
				made, err := store.Enqueue(context.Background(), event)
				if err == nil {
					err = store.Finish(context.Background(), storetest.OutcomeOf(made[0], storage.StateDelivered))
				}
				return err
			})
		})
	}
}
