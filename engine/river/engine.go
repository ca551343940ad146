package river

import (
	"context"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"

	"backchannel/engine"
	"backchannel/storage"
)

const (
	// fetchPoll is the interval at which River asks for jobs of each queue. It is long, because
	// River gets none (see pilot).
	fetchPoll = time.Minute
	// rescueAfter is the age at which River frees a running job of a dead node. The leader
	// frees it much sooner.
	rescueAfter = storage.MaxTimeout + 5*time.Second
	stopWithin  = 5 * time.Second
	// placeholder is a queue without jobs: River's client needs at least one queue to start.
	placeholder = "backchannel"
)

// A Store is a store on PostgreSQL that was opened with [Jobs].
type Store interface {
	engine.Store
	NodeStore
	// Jobs returns what to send for those of the deliveries that are waiting.
	Jobs(ctx context.Context, deliveries ...storage.ID) ([]storage.Job, error)
	// Overdue lists up to ofEach deliveries of each webhook that were due before a time.
	Overdue(ctx context.Context, before time.Time, ofEach int) ([]storage.ID, error)
	// RestoreJobs makes the missing jobs of those of the deliveries that are waiting.
	RestoreJobs(ctx context.Context, deliveries ...storage.ID) error
	// OutOfTurn returns those of the deliveries that must wait for an earlier planned event.
	OutOfTurn(ctx context.Context, deliveries ...storage.ID) ([]storage.ID, error)
	// ChangeBreaker changes a circuit breaker while no other node can.
	ChangeBreaker(ctx context.Context, webhook storage.ID, change func(storage.Breaker) storage.Breaker) (storage.Breaker, error)
}

// A NodeStore knows the nodes, including this process.
type NodeStore interface {
	Pool() *pgxpool.Pool
	Node() int64
	// Living returns the live nodes, the one that has been running longest first.
	Living(ctx context.Context) ([]int64, error)
	// Claim returns how much of its claims this node may use. Shares of the nodes in assumed
	// are not free, even if those nodes are silent.
	Claim(ctx context.Context, assumed []int64, claims ...storage.Claim) (map[storage.ID]int, error)
	// Unheard returns why this process's last heartbeat failed, or nil.
	Unheard() error
	// Explain adds to an error of the server what to do about it.
	Explain(err error) error
	// TakeOver resets what dead nodes were working on.
	TakeOver(ctx context.Context, reason string) error
}

// An Engine delivers as one of several nodes. The process must be registered as a node of the
// store while Run runs.
type Engine struct {
	store   Store
	engine  *engine.Engine
	pool    *pgxpool.Pool // of client and exec
	client  *river.Client[pgx.Tx]
	exec    riverdriver.Executor
	pilot   *pilot
	queues  *queues
	returns *returns
	now     func() time.Time
	log     *slog.Logger

	members membership
	rescuer *rescuer
	changed chan struct{} // holds a notice that shares may have changed
	others  chan struct{} // holds a notice that another node has committed deliveries
}

// New returns an engine that is not running yet. jobs must be what the store was opened with.
func New(store Store, jobs *Jobs, cfg engine.Config) (*Engine, error) {
	e := &Engine{
		store: store, queues: newQueues(), now: cfg.Now, log: cfg.Logger,
		changed: make(chan struct{}, 1), others: make(chan struct{}, 1),
	}
	if e.now == nil {
		e.now = time.Now
	}
	if e.log == nil {
		e.log = slog.New(slog.DiscardHandler)
	}
	e.engine = engine.NewShared(store, cfg, (*source)(e))
	e.pilot = &pilot{node: e}
	e.rescuer = &rescuer{node: e}
	e.returns = &returns{node: e, poke: make(chan struct{}, 1)}
	var err error
	if e.pool, err = asyncPool(store.Pool()); err != nil {
		return nil, fmt.Errorf("set up River's connections: %w", err)
	}
	d := &driver{riverpgxv5.New(e.pool), e.pilot}
	e.exec = d.GetExecutor()
	if e.client, err = river.NewClient(d, e.config()); err != nil {
		return nil, fmt.Errorf("set up River: %w", err)
	}
	jobs.node.Store(e)
	return e, nil
}

// riverConnections is the number of connections in River's pool: to take jobs, to give them
// back, and for River's own leader.
const riverConnections = 4

// asyncPool returns a pool whose commits do not wait for the disk, which would delay each
// delivery by one more write. That loses nothing. The server writes its log in order, so each
// durable commit of the store also makes durable what was committed before it. After a crash,
// and on a standby that takes over, at most the last few of this pool's commits are undone:
//   - A job that was taken is available again. The store has not yet marked its delivery as being
//     sent, which it does durably after 100 ms, so another node may send it a second time. The
//     node that had taken it does not, and keeps it.
//   - A job that was given back is running. Its node finds that it does not have it.
//   - A job of an ended delivery reappears, and is completed again.
func asyncPool(pool *pgxpool.Pool) (*pgxpool.Pool, error) {
	config := pool.Config()
	config.MaxConns = riverConnections
	config.ConnConfig.RuntimeParams = maps.Clone(config.ConnConfig.RuntimeParams)
	config.ConnConfig.RuntimeParams["synchronous_commit"] = "off"
	return pgxpool.NewWithConfig(context.Background(), config)
}

func (e *Engine) config() *river.Config {
	workers := river.NewWorkers()
	river.AddWorker(workers, worker{})
	indexes := slices.DeleteFunc(river.ReindexerIndexNamesDefault(), func(name string) bool { return slices.Contains(unusedIndexes(), name) })
	return &river.Config{
		ID: nameOf(e.store.Node()), Logger: slog.New(warnings{e.log.Handler()}), Workers: workers,
		Queues:            map[string]river.QueueConfig{placeholder: {MaxWorkers: 1}},
		FetchPollInterval: fetchPoll,
		JobTimeout:        -1, RescueStuckJobsAfter: rescueAfter, MaxAttempts: maxAttempts,
		ReindexerIndexNames: indexes,
	}
}

// nameOf returns the name by which River knows a node.
func nameOf(node int64) string { return "node_" + strconv.FormatInt(node, 10) }

// Run delivers until ctx is done, and then stops as [engine.Engine.Run] does. It must be called
// only once.
func (e *Engine) Run(ctx context.Context) error {
	if err := e.engine.Persist(ctx, "start River", e.start); err != nil {
		e.pool.Close()
		if ctx.Err() != nil {
			return nil
		}
		return fmt.Errorf("start River: %w", err)
	}
	defer e.stop()
	running, stop := context.WithCancel(ctx)
	var group sync.WaitGroup
	defer group.Wait()
	defer stop()
	group.Go(func() { e.followChanges(running) })
	group.Go(func() { e.lookForDue(running) })
	group.Go(func() { e.coordinate(running) })
	group.Go(func() { e.returns.run(running) })
	group.Go(func() { (&sweeper{node: e}).run(running) })
	return e.engine.Run(ctx)
}

// start starts River and may be called again after an error. River outlives ctx, because jobs
// whose attempts were cut off are given back afterwards.
func (e *Engine) start(ctx context.Context) error {
	return e.store.Explain(e.client.Start(context.WithoutCancel(ctx)))
}

// stop gives back the jobs whose attempts were cut off.
func (e *Engine) stop() {
	ctx, cancel := context.WithTimeout(context.Background(), stopWithin)
	defer cancel()
	if err := e.returns.apply(ctx); err != nil {
		e.log.Error("give back jobs", "error", err)
	}
	if err := e.client.Stop(ctx); err != nil {
		e.log.Error("stop River", "error", err)
	}
	e.pool.Close()
}

// leads reports whether this node is the leader.
func (e *Engine) leads() bool { return e.members.leads.Load() }

// stale reports whether what this node knows of the others is too old to rely on when taking jobs.
func (e *Engine) stale() bool { return e.members.stale(e.now()) }

// Stall is [engine.Engine.Stall].
func (e *Engine) Stall() string { return e.engine.Stall() }

// CutOff is [engine.Engine.CutOff].
func (e *Engine) CutOff() int64 { return e.engine.CutOff() }

// Snapshot is [engine.Engine.Snapshot]. It counts the outcomes of this node only.
func (e *Engine) Snapshot() storage.Snapshot { return e.engine.Snapshot() }

// A source implements engine.Source, so that the engine's workers get their work from River's jobs.
type source Engine

// Open starts taking the jobs of a webhook.
func (s *source) Open(w *engine.Worker) {
	e := (*Engine)(s)
	e.queues.add(newQueue(e, w))
	storage.Wake(e.changed)
}

// Close stops taking the jobs of a webhook.
func (s *source) Close(w *engine.Worker) {
	e := (*Engine)(s)
	e.queues.end(queueOf(w.WebhookID()))
	storage.Wake(e.changed)
}

// ChangeBreaker calls the store, so that failures are counted for all nodes together.
func (s *source) ChangeBreaker(ctx context.Context, webhook storage.ID, change func(storage.Breaker) storage.Breaker) (storage.Breaker, error) {
	return s.store.ChangeBreaker(ctx, webhook, change)
}

// A worker registers the kind of our jobs with River. It is never given one (see pilot).
type worker struct {
	river.WorkerDefaults[arguments]
}

// Work implements river.Worker.
func (worker) Work(context.Context, *river.Job[arguments]) error { return river.JobSnooze(0) }

// warnings is a log handler that drops records below the level of a warning: River logs a line
// about each queue every few seconds.
type warnings struct{ slog.Handler }

// Enabled implements slog.Handler.
func (w warnings) Enabled(ctx context.Context, level slog.Level) bool {
	return level >= slog.LevelWarn && w.Handler.Enabled(ctx, level)
}

// WithAttrs implements slog.Handler.
func (w warnings) WithAttrs(attrs []slog.Attr) slog.Handler {
	return warnings{w.Handler.WithAttrs(attrs)}
}

// WithGroup implements slog.Handler.
func (w warnings) WithGroup(name string) slog.Handler { return warnings{w.Handler.WithGroup(name)} }
