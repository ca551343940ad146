// Package postgres stores the records of package storage in a PostgreSQL database, which any
// number of nodes share: processes on any number of machines. Start with [Open].
//
// Every writing method returns after its commit, which is as durable as the server is configured to
// make it. Two goroutines write, and each commits all waiting writes together: one the writes that
// assign IDs, which are ordered among all nodes, and one the rest. The package hides a server that
// is away for a moment: it repeats a transaction that certainly was not committed. If a commit
// returned no answer, it first finds out whether the transaction was committed.
//
// [Store.Changes] reports changes made by this and other processes. The package makes no decisions:
// its callers decide when a delivery is attempted and how a receipt is judged. An engine that keeps
// jobs in the same database takes part in its transactions, see [Jobs].
package postgres

import (
	"context"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"backchannel/storage"
	"backchannel/storage/commit"
	"backchannel/storage/records"
	"backchannel/storage/seal"
)

// Options configures a store. Only URL and KeyFile are required.
type Options struct {
	URL        string           // postgres://USER:PASSWORD@HOST:PORT/DATABASE
	KeyFile    string           // path of the key that seals secrets; created for an empty database
	Now        func() time.Time // nil: time.Now
	ServerTime bool             // tell the time by the server, if Now differs from its clock
	Version    string           // of the program, for messages
	Rules      storage.Rules    // for validating webhooks; zero Sources: the system's
	By         string           // who makes changes, for activities: "in the console"
	Jobs       Jobs             // nil: none
}

// Jobs keeps a job for each delivery that waits to be sent, in the transactions in which the
// deliveries change. Each method except Migrate is called at most once in a transaction, at its
// end, and adds statements to the last ones before the commit. The commit may still fail and the
// whole transaction be repeated, so anything that depends on it belongs in [Ending.Then].
type Jobs interface {
	// Migrate brings the tables of the jobs up to date. It checks on conn whether they are, and
	// uses pool to change them. No other process migrates at the same time.
	Migrate(ctx context.Context, conn *pgx.Conn, pool *pgxpool.Pool) error
	// Queued is called for new deliveries, which are due now or at their NextAttemptAt.
	Queued(to *Ending, made []Queued)
	// Due is called for waiting deliveries that have become due now.
	Due(to *Ending, deliveries []storage.ID)
	// Cancelled is called for deliveries that will not be sent any more.
	Cancelled(to *Ending, deliveries []storage.ID)
	// Missed is called for waiting deliveries whose jobs may be missing.
	Missed(to *Ending, waiting []storage.Delivery)
	// Finished is called for attempts that have ended.
	Finished(to *Ending, ended []Finished)
}

// An Ending holds the last statements of a transaction before its commit.
type Ending struct {
	*pgx.Batch
	then []func(committed bool)
}

// Then registers a function that is called with whether the transaction was committed, before the
// same writer begins another one. If that is unknown, committed is false. The function must not
// block.
func (e *Ending) Then(hear func(committed bool)) { e.then = append(e.then, hear) }

// Queued is a new delivery.
type Queued struct {
	storage.Delivery
	// Payload is nil if the event had been stored before.
	Payload []byte
}

// Finished is the state of a delivery after an attempt.
type Finished struct {
	DeliveryID    storage.ID
	WebhookID     storage.ID
	State         storage.State // Retrying or a final one
	NextAttemptAt time.Time     // zero unless Retrying
}

// A Store stores records. It is made of parts, one for each subject. Its methods are safe for
// concurrent use.
type Store struct {
	records.Inventory
	DeliveryStore
	QueueStore
	records.ReceiptStore
	records.ExecutionStore
	records.CheckStore
	records.ActivityStore
	NodeStore
	HealthStore
	records.Maintenance

	*database
	close func() error
}

// A database is what the parts of a store share.
type database struct {
	pool   *pgxpool.Pool
	reads  reader
	place  place
	seals  *seal.Sealer
	by     string // who makes changes, with a space before it, or empty
	now    func() time.Time
	clock  *clock // nil: the server's clock is not used
	hub    *commit.Hub
	notice *notifier
	listen *listener
	node   int64       // the random number of this process
	writes atomic.Bool // it has been a node, which needs all rights
	jobs   Jobs

	open   context.Context //nolint:containedctx // done when the store is closed
	closed context.CancelFunc
	passes sync.WaitGroup // of background
	gate   sync.RWMutex   // locked while nothing may be written

	ordered *writer // of what assigns IDs
	loose   *writer
}

// Close finishes the writes in progress and closes the connections. Later calls return
// storage.ErrClosed.
func (s *Store) Close() error { return s.close() }

func (d *database) shut() error {
	d.closed()
	d.passes.Wait()
	d.ordered.close()
	d.loose.close()
	d.notice.close()
	d.listen.close()
	d.forgetWriters()
	d.pool.Close()
	d.hub.Close()
	return nil
}

// Pool returns the connection pool, for an engine that keeps jobs in the same database.
func (s *Store) Pool() *pgxpool.Pool { return s.pool }

// Changes returns a channel of the kinds of records that changed. It is closed when ctx is
// done or the store is closed. Changes made through this store are sent as soon as they are
// committed, those of other processes a few milliseconds later. The store listens for those only
// from the first subscriber on, so that a short command does not.
func (s *Store) Changes(ctx context.Context) <-chan storage.Change {
	defer s.listen.start()
	return s.hub.Subscribe(ctx)
}

// Explain adds to an error of the server what to do about it, for an engine that keeps jobs in the
// same database.
func (s *Store) Explain(err error) error { return s.explain(err) }

// explain adds to an error of the server what to do about it. If the store is closed, it returns
// storage.ErrClosed.
func (d *database) explain(err error) error {
	if err != nil && d.open.Err() != nil {
		return storage.ErrClosed
	}
	return d.place.explain(err)
}

// write runs work in a transaction that may assign IDs, possibly together with other work, and
// returns after the commit. Such transactions are serialized among all nodes, so what work reads
// can change only by writeLoose. work may run more than once, so it must set its results anew each
// time.
func (d *database) write(ctx context.Context, kinds storage.Change, work func(*tx) error) error {
	return d.ordered.queue.Do(ctx, kinds, work)
}

// writeLoose is like write for work that assigns no IDs. It is not serialized, so work must lock
// the rows that it reads in order to change them.
func (d *database) writeLoose(ctx context.Context, kinds storage.Change, work func(*tx) error) error {
	return d.loose.queue.Do(ctx, kinds, work)
}

func withDefaults(o Options) Options {
	if o.Version == "" {
		o.Version = "(unknown version)"
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	return o
}

func newStore(o Options, pool *pgxpool.Pool, at place, seals *seal.Sealer) *Store {
	at.opened = true
	db := &database{pool: pool, place: at, seals: seals, now: o.Now, hub: &commit.Hub{}, node: rand.Int64(), jobs: o.Jobs}
	db.reads = reader{db}
	db.open, db.closed = context.WithCancel(context.Background())
	if o.By != "" {
		db.by = " " + o.By
	}
	db.notice = startNotifier(db)
	db.listen = newListener(db)
	slot := rand.N(slots/2) * 2
	db.ordered = startWriter(db, slot, true)
	db.loose = startWriter(db, slot+1, false)
	shared := db.shared()
	s := &Store{
		Inventory:      records.NewInventory(shared, o.Rules),
		DeliveryStore:  DeliveryStore{records.NewDeliveryStore(shared), db},
		QueueStore:     QueueStore{records.NewQueueStore(shared), db, &atomic.Int64{}},
		ReceiptStore:   records.NewReceiptStore(shared),
		ExecutionStore: records.NewExecutionStore(shared),
		CheckStore:     records.NewCheckStore(shared),
		ActivityStore:  records.NewActivityStore(shared),
		NodeStore:      NodeStore{db, &sync.Mutex{}, &atomic.Pointer[error]{}},
		HealthStore:    HealthStore{db, &watch{}},
		Maintenance:    records.NewMaintenance(shared),
		database:       db,
	}
	s.close = sync.OnceValue(db.shut)
	return s
}
