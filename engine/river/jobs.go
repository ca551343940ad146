package river

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river/riverdriver"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/rivermigrate"
	"github.com/riverqueue/river/rivertype"

	"backchannel/storage"
	"backchannel/storage/postgres"
)

// kind is the kind of all jobs.
const kind = "delivery"

// arguments registers the kind of jobs with River. Nothing reads a job's arguments, because its ID
// is that of its delivery; they are stored only for people who look at River's tables.
type arguments struct{}

// Kind implements river.JobArgs.
func (arguments) Kind() string { return kind }

// Jobs keeps one job for each delivery that is waiting or being sent. It takes part in the
// transactions of the store that is opened with it. It works without an engine, as in a process
// that only enqueues.
type Jobs struct{ node atomic.Pointer[Engine] }

// NewJobs returns a value for postgres.Options.Jobs.
func NewJobs() *Jobs { return &Jobs{} }

var _ postgres.Jobs = (*Jobs)(nil)

// listen returns a hook for a transaction, which runs once it has ended. Other processes learn of
// the transaction from the store's notifications.
func (j *Jobs) listen(to *postgres.Ending) *commitHook {
	h := &commitHook{node: j.node.Load(), due: map[*queue]time.Time{}}
	if h.node != nil {
		to.Then(h.settle)
	}
	return h
}

// Migrate brings River's tables up to date, and drops the indexes that only serve searches by
// kind, arguments and metadata: without them a delivery takes a fifth less processor time. Every
// command calls it when it opens the database, so it first asks on conn whether there is anything
// to do: River's migrator takes another connection and 40 ms of the server's time to find that out.
func (j *Jobs) Migrate(ctx context.Context, conn *pgx.Conn, pool *pgxpool.Pool) error {
	driver := riverpgxv5.New(pool)
	migrator, err := rivermigrate.New(driver, &rivermigrate.Config{Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		return err
	}
	if upToDate(ctx, conn, migrator.AllVersions()) {
		return nil
	}
	existing, err := migrator.ExistingVersions(ctx)
	if err != nil {
		return fmt.Errorf("read the version of River's tables: %w", err)
	}
	if len(existing) < len(migrator.AllVersions()) {
		if _, err := migrator.Migrate(ctx, rivermigrate.DirectionUp, nil); err != nil {
			return fmt.Errorf("bring River's tables up to date: %w", err)
		}
	}
	return dropUnused(ctx, driver.GetExecutor())
}

// upToDate reports whether River's tables are certainly at its latest version and without the
// unused indexes. It reports false if it cannot tell.
func upToDate(ctx context.Context, conn *pgx.Conn, known []rivermigrate.Migration) bool {
	var versions []int
	var indexed bool
	err := conn.QueryRow(ctx, `SELECT array_agg(version ORDER BY version),
		(SELECT bool_or(to_regclass(name) IS NOT NULL) FROM unnest($1::text[]) name)
		FROM river_migration WHERE line = $2`, unusedIndexes(), riverdriver.MigrationLineMain).Scan(&versions, &indexed)
	return err == nil && !indexed && // a new database has no table, and River's early versions have no column line
		slices.EqualFunc(versions, known, func(version int, m rivermigrate.Migration) bool { return version == m.Version })
}

func dropUnused(ctx context.Context, exec riverdriver.Executor) error {
	found, err := exec.IndexesExist(ctx, &riverdriver.IndexesExistParams{IndexNames: unusedIndexes()})
	if err != nil {
		return fmt.Errorf("find River's indexes: %w", err)
	}
	for index, exists := range found {
		if !exists {
			continue
		}
		if err := exec.IndexDropIfExists(ctx, &riverdriver.IndexDropIfExistsParams{Index: index}); err != nil {
			return fmt.Errorf("drop index %s: %w", index, err)
		}
	}
	return nil
}

func unusedIndexes() []string {
	return []string{"river_job_args_index", "river_job_metadata_index", "river_job_kind"}
}

// queueOf returns the name of a webhook's queue.
func queueOf(webhook storage.ID) string { return "webhook_" + strconv.FormatInt(int64(webhook), 10) }

// Queued inserts the jobs of new deliveries. Even those due later get River's state available,
// and no job is taken before its time: in the state scheduled a job would wait until River's
// leader, which checks every 5 s, makes it available.
//
// A job that this process can attempt at once is inserted as running. Its attempt then starts with
// the commit instead of three round trips later.
func (j *Jobs) Queued(to *postgres.Ending, made []postgres.Queued) {
	var jobs newJobs
	hook := j.listen(to)
	for _, d := range made {
		job := newJobOf(d.Delivery)
		if job.taken = hook.offer(job.queue, d); !job.taken {
			hook.expect(job.queue, d.NextAttemptAt)
		}
		jobs.add(job)
	}
	jobs.queue(to.Batch, hook.name())
}

func newJobOf(d storage.Delivery) newJob {
	job := newJob{delivery: d.ID, queue: queueOf(d.WebhookID)}
	if d.NextAttemptAt.After(d.CreatedAt) {
		job.at = d.NextAttemptAt
	}
	return job
}

// Due puts the jobs of deliveries before all others of their queues. A running job is not changed,
// because the node that runs it gives it back.
func (j *Jobs) Due(to *postgres.Ending, deliveries []storage.ID) {
	hook := j.listen(to)
	putFirst(to.Batch, deliveries, func(queue string) { hook.expect(queue, time.Unix(0, 0)) })
}

// Cancelled deletes the jobs of deliveries, except running ones. The node that runs such a job
// ends it when it reads the store's command.
func (j *Jobs) Cancelled(to *postgres.Ending, deliveries []storage.ID) { remove(to.Batch, deliveries) }

// Finished makes the jobs of deliveries that will be retried available again, and completes the
// others. It does so whatever their state is: a job is no longer running if this node was taken
// for dead, if a person cancelled it with River's tools, or after a crash of the server, see
// asyncPool.
func (j *Jobs) Finished(to *postgres.Ending, ended []postgres.Finished) {
	var changes changes
	hook := j.listen(to)
	for _, f := range ended {
		if f.State == storage.Retrying {
			changes.giveBack(int64(f.DeliveryID), f.NextAttemptAt)
			hook.expect(queueOf(f.WebhookID), f.NextAttemptAt)
			continue
		}
		changes.complete(int64(f.DeliveryID))
	}
	changes.queue(to.Batch)
}

// deliveryOf returns the delivery of a job.
func deliveryOf(job *rivertype.JobRow) storage.ID { return storage.ID(job.ID) }
