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

// arguments are what is stored of a job besides its ID, which is that of its delivery. They are
// for people who look at River's tables: nothing reads them.
type arguments struct{}

// Kind makes them arguments of a job.
func (arguments) Kind() string { return kind }

// Jobs keeps a job for each delivery that waits or is being sent. It takes part in the
// transactions of a store that is opened with it, and needs no engine.
type Jobs struct{ node atomic.Pointer[Engine] }

// NewJobs returns what postgres.Options.Jobs is.
func NewJobs() *Jobs { return &Jobs{} }

var _ postgres.Jobs = (*Jobs)(nil)

// listen returns who hears of the jobs of a transaction in this process. Other processes hear of
// them from the store.
func (j *Jobs) listen(to *postgres.Ending) *hearer {
	h := &hearer{node: j.node.Load(), due: map[*queue]time.Time{}}
	if h.node != nil {
		to.Then(h.settle)
	}
	return h
}

// Migrate brings River's tables up to date, and drops the indexes that only searching them by
// kind, arguments and metadata would need: without these, a delivery takes a fifth less of the
// processor's time. Every command does so when it opens the database, so conn tells first whether
// there is anything to do: the questions of River's migrator take another connection and 40 ms of the
// server's time.
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

// upToDate reports whether River's tables are certainly at the last of its versions, without the
// unused indexes.
func upToDate(ctx context.Context, conn *pgx.Conn, known []rivermigrate.Migration) bool {
	var versions []int
	var indexed bool
	err := conn.QueryRow(ctx, `SELECT array_agg(version ORDER BY version),
		(SELECT bool_or(to_regclass(name) IS NOT NULL) FROM unnest($1::text[]) name)
		FROM river_migration WHERE line = $2`, unusedIndexes(), riverdriver.MigrationLineMain).Scan(&versions, &indexed)
	return err == nil && !indexed && // there is no table at first, and in River's early versions no line
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

// Queued inserts the jobs of new deliveries. All of them are available at once to River, which
// takes none before its time: what is scheduled for later would wait until the leader, which
// looks every 5 s, makes it available.
//
// What this process can attempt at once it keeps, as a job that is running already. The attempt
// begins with the commit then, instead of three round trips later.
func (j *Jobs) Queued(to *postgres.Ending, made []postgres.Queued) {
	var jobs newJobs
	hear := j.listen(to)
	for _, d := range made {
		job := newJobOf(d.Delivery)
		if job.taken = hear.offer(job.queue, d); !job.taken {
			hear.expect(job.queue, d.NextAttemptAt)
		}
		jobs.add(job)
	}
	jobs.queue(to.Batch, hear.name())
}

func newJobOf(d storage.Delivery) newJob {
	job := newJob{delivery: d.ID, queue: queueOf(d.WebhookID)}
	if d.NextAttemptAt.After(d.CreatedAt) {
		job.at = d.NextAttemptAt
	}
	return job
}

// Due puts the jobs of deliveries before all others of their queues. One that is running stays
// as it is: whoever runs it has to give it back.
func (j *Jobs) Due(to *postgres.Ending, deliveries []storage.ID) {
	hear := j.listen(to)
	putFirst(to.Batch, deliveries, func(queue string) { hear.expect(queue, time.Unix(0, 0)) })
}

// Cancelled deletes the jobs of deliveries. One that is running is ended by whoever runs it,
// whom the store's command reaches.
func (j *Jobs) Cancelled(to *postgres.Ending, deliveries []storage.ID) { remove(to.Batch, deliveries) }

// Finished gives back the jobs of deliveries that are to be retried, and completes the others.
func (j *Jobs) Finished(to *postgres.Ending, ended []postgres.Finished) {
	var changes changes
	hear := j.listen(to)
	for _, f := range ended {
		if f.State == storage.Retrying {
			changes.giveBack(int64(f.DeliveryID), f.NextAttemptAt)
			hear.expect(queueOf(f.WebhookID), f.NextAttemptAt)
			continue
		}
		changes.complete(int64(f.DeliveryID))
	}
	changes.queue(to.Batch)
}

// deliveryOf returns the delivery of a job.
func deliveryOf(job *rivertype.JobRow) storage.ID { return storage.ID(job.ID) }
