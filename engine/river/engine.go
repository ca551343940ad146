package river

import (
	"context"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
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
	// fetchPoll is after how long River asks for jobs of each queue. None is taken then, but a
	// queue that River does not ask for is paused.
	fetchPoll = 500 * time.Millisecond
	// rescueAfter is after how long River frees the job of a node that is gone. The leader does
	// so much sooner.
	rescueAfter = storage.MaxTimeout + 5*time.Second
	stopWithin  = 5 * time.Second
	// placeholder is a queue without jobs: River wants at least one to begin with.
	placeholder = "backchannel"
)

// A Store is a store on PostgreSQL that was opened with [Jobs].
type Store interface {
	engine.Store
	NodeStore
	// Jobs returns what there is to send for deliveries that wait.
	Jobs(ctx context.Context, deliveries ...storage.ID) ([]storage.Job, error)
	// Overdue lists deliveries whose time came before a given one, the first of each webhook.
	Overdue(ctx context.Context, before time.Time, ofEach int) ([]storage.ID, error)
	// RestoreJobs has Jobs make what is missing for deliveries that wait.
	RestoreJobs(ctx context.Context, deliveries ...storage.ID) error
	// OutOfTurn returns those of planned events that have to wait for another one.
	OutOfTurn(ctx context.Context, deliveries ...storage.ID) ([]storage.ID, error)
	// ChangeBreaker changes a circuit breaker while no other node does.
	ChangeBreaker(ctx context.Context, webhook storage.ID, change func(storage.Breaker) storage.Breaker) (storage.Breaker, error)
}

// A NodeStore knows the nodes, of which this process is one.
type NodeStore interface {
	Pool() *pgxpool.Pool
	Node() int64
	// Living returns the nodes that are alive, the one that has been running for longest first.
	Living(ctx context.Context) ([]int64, error)
	// Claim returns what this node may use of what it claims. What is held by nodes that are
	// assumed to be alive is not free, even if nothing is heard of them.
	Claim(ctx context.Context, assumed []int64, claims ...storage.Claim) (map[storage.ID]int, error)
	// Unheard returns why this process could not say the last time that it lives, or nil.
	Unheard() error
	// Explain says what to do about an error of the server.
	Explain(err error) error
	// TakeOver undoes what nodes that are gone had begun.
	TakeOver(ctx context.Context, reason string) error
}

// An Engine delivers as one node of several. The process must be a node of the store while it
// runs.
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

	leads   atomic.Bool
	changed chan struct{} // holds a notice that shares may have changed
	others  chan struct{} // holds a notice that another node has committed something

	missing  map[int64]absence // jobs that this node should have
	restored time.Time         // when it looked last for deliveries without a job

	mu     sync.Mutex // guards what follows
	living []int64
	seen   time.Time // when living was read
	steady time.Time // when this node began to read it again, after it could not
}

// New returns an engine that does not run yet. jobs is what the store was opened with.
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

// riverConnections is how many connections River has: to take jobs, to give them back, and for
// its leader.
const riverConnections = 4

// asyncPool returns connections whose commits do not wait for the disk, which would delay each
// delivery by one more write. Nothing is lost with them: if the server crashes, a job that was
// taken is available again, and what the attempt came to is committed durably by the store.
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

// nameOf returns River's name of a node.
func nameOf(node int64) string { return "node_" + strconv.FormatInt(node, 10) }

// Run delivers until ctx is done, and then ends as that of engine.Engine does. It can be called
// once.
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
	return e.engine.Run(ctx)
}

// start starts River, which can be tried again. It is not to end with ctx.
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

// Leads reports whether this node does what one of all has to do.
func (e *Engine) Leads() bool { return e.leads.Load() }

// Stall is that of engine.Engine.
func (e *Engine) Stall() string { return e.engine.Stall() }

// CutOff is that of engine.Engine.
func (e *Engine) CutOff() int64 { return e.engine.CutOff() }

// Snapshot is that of engine.Engine: outcomes are those of this node.
func (e *Engine) Snapshot() storage.Snapshot { return e.engine.Snapshot() }

// A source is what the engine sees of this one.
type source Engine

// Open begins to take the jobs of a webhook.
func (s *source) Open(w *engine.Worker) {
	e := (*Engine)(s)
	e.queues.add(newQueue(e, w))
	notice(e.changed)
}

// Close takes no more jobs of a webhook.
func (s *source) Close(w *engine.Worker) {
	e := (*Engine)(s)
	e.queues.end(queueOf(w.WebhookID()))
	notice(e.changed)
}

// ChangeBreaker is the store's.
func (s *source) ChangeBreaker(ctx context.Context, webhook storage.ID, change func(storage.Breaker) storage.Breaker) (storage.Breaker, error) {
	return s.store.ChangeBreaker(ctx, webhook, change)
}

// notice leaves a notice. It never blocks.
func notice(in chan struct{}) {
	select {
	case in <- struct{}{}:
	default:
	}
}

// A worker is what River has to know of a kind of jobs. It gets none: pilot takes them.
type worker struct {
	river.WorkerDefaults[arguments]
}

// Work implements river.Worker.
func (worker) Work(context.Context, *river.Job[arguments]) error { return river.JobSnooze(0) }

// warnings is a handler of log records that leaves out what is not at least a warning: River
// tells of each queue every few seconds.
type warnings struct{ slog.Handler }

// Enabled is that of a slog.Handler.
func (w warnings) Enabled(ctx context.Context, level slog.Level) bool {
	return level >= slog.LevelWarn && w.Handler.Enabled(ctx, level)
}

// WithAttrs is that of a slog.Handler.
func (w warnings) WithAttrs(attrs []slog.Attr) slog.Handler {
	return warnings{w.Handler.WithAttrs(attrs)}
}

// WithGroup is that of a slog.Handler.
func (w warnings) WithGroup(name string) slog.Handler { return warnings{w.Handler.WithGroup(name)} }
