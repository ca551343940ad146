package river

import (
	"context"
	"fmt"
	"log/slog"
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

// The priorities of jobs: one that somebody wants to be attempted now comes first.
const (
	first    = 1
	ordinary = 2
)

// maxAttempts is the most that River allows. It counts how often a job was taken, also when its
// delivery was not attempted; the schedule of the webhook says how often that is.
const maxAttempts = 1<<15 - 1

// arguments are what is stored of a job besides its ID, which is that of its delivery. They are
// for people who look at River's tables.
type arguments struct {
	Delivery string `json:"delivery"`
}

// Kind makes them arguments of a job.
func (arguments) Kind() string { return kind }

// Jobs keeps a job for each delivery that waits or is being sent. It takes part in the
// transactions of a store that is opened with it, and needs no engine.
type Jobs struct {
	driver *riverpgxv5.Driver
	onJob  atomic.Pointer[func(queue string, at time.Time)]
}

// NewJobs returns what postgres.Options.Jobs is.
func NewJobs() *Jobs { return &Jobs{driver: riverpgxv5.New(nil)} }

var _ postgres.Jobs = (*Jobs)(nil)

// listen has a function called when this process is about to commit that a job is to be taken at
// a time.
func (j *Jobs) listen(hear func(queue string, at time.Time)) { j.onJob.Store(&hear) }

func (j *Jobs) announce(queue string, at time.Time) {
	if hear := j.onJob.Load(); hear != nil {
		(*hear)(queue, at)
	}
}

// Migrate brings River's tables up to date, and drops the indexes that only searching them by
// kind, arguments and metadata would need: without these, a delivery takes a fifth less of the
// processor's time.
func (j *Jobs) Migrate(ctx context.Context, pool *pgxpool.Pool) error {
	driver := riverpgxv5.New(pool)
	migrator, err := rivermigrate.New(driver, &rivermigrate.Config{Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		return err
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
func (j *Jobs) Queued(ctx context.Context, tx pgx.Tx, made []storage.Delivery) error {
	jobs := make([]*riverdriver.JobInsertFastParams, len(made))
	for i, d := range made {
		queue, at := queueOf(d.WebhookID), new(time.Time) // zero: the server's time
		if d.NextAttemptAt.After(d.CreatedAt) {
			at = &d.NextAttemptAt
		}
		jobs[i] = newJob(int64(d.ID), queue, at, ordinary)
		j.announce(queue, *at)
	}
	return j.insert(ctx, j.driver.UnwrapExecutor(tx), jobs)
}

func newJob(id int64, queue string, at *time.Time, priority int) *riverdriver.JobInsertFastParams {
	args := arguments{storage.ID(id).String()}
	return &riverdriver.JobInsertFastParams{
		ID: &id, Args: args, EncodedArgs: []byte(`{"delivery":"` + args.Delivery + `"}`), Kind: kind, MaxAttempts: maxAttempts,
		Priority: priority, Queue: queue, ScheduledAt: at, State: rivertype.JobStateAvailable,
	}
}

func (j *Jobs) insert(ctx context.Context, exec riverdriver.Executor, jobs []*riverdriver.JobInsertFastParams) error {
	_, err := exec.JobInsertFastMany(ctx, &riverdriver.JobInsertFastManyParams{Jobs: jobs})
	if err != nil {
		return fmt.Errorf("insert %d jobs: %w", len(jobs), err)
	}
	return nil
}

// Due puts the jobs of deliveries before all others of their queues. One that is running stays
// as it is: whoever runs it has to give it back.
func (j *Jobs) Due(ctx context.Context, tx pgx.Tx, deliveries []storage.ID) error {
	exec := j.driver.UnwrapExecutor(tx)
	removed, err := j.remove(ctx, exec, deliveries)
	if err != nil || len(removed) == 0 {
		return err
	}
	jobs := make([]*riverdriver.JobInsertFastParams, len(removed))
	for i, old := range removed {
		jobs[i] = newJob(old.ID, old.Queue, &time.Time{}, first)
		j.announce(old.Queue, time.Time{})
	}
	return j.insert(ctx, exec, jobs)
}

// Cancelled deletes the jobs of deliveries. One that is running is ended by whoever runs it,
// whom the store's command reaches.
func (j *Jobs) Cancelled(ctx context.Context, tx pgx.Tx, deliveries []storage.ID) error {
	_, err := j.remove(ctx, j.driver.UnwrapExecutor(tx), deliveries)
	return err
}

// remove deletes the jobs of deliveries that are not running.
func (j *Jobs) remove(ctx context.Context, exec riverdriver.Executor, deliveries []storage.ID) ([]*rivertype.JobRow, error) {
	ids := make([]int64, len(deliveries))
	for i, id := range deliveries {
		ids[i] = int64(id)
	}
	where, arg, err := j.driver.SQLFragmentColumnIn("id", ids)
	if err != nil {
		return nil, err
	}
	removed, err := exec.JobDeleteMany(ctx, &riverdriver.JobDeleteManyParams{
		Max: int32(len(ids)), NamedArgs: map[string]any{"id": arg}, OrderByClause: "id", WhereClause: where, //nolint:gosec // a transaction has fewer
	})
	if err != nil {
		return nil, fmt.Errorf("delete %d jobs: %w", len(ids), err)
	}
	return removed, nil
}

// Finished gives back the jobs of deliveries that are to be retried, and completes the others.
// River itself changes none of them afterwards: see pilot.
func (j *Jobs) Finished(ctx context.Context, tx pgx.Tx, ended []postgres.Finished) error {
	now := time.Now()
	var changes changes
	for _, f := range ended {
		if f.State == storage.Retrying {
			changes.giveBack(int64(f.DeliveryID), f.NextAttemptAt)
			j.announce(queueOf(f.WebhookID), f.NextAttemptAt)
			continue
		}
		changes.complete(int64(f.DeliveryID), now)
	}
	return changes.apply(ctx, j.driver.UnwrapExecutor(tx))
}

// changes are what becomes of running jobs.
type changes struct {
	params riverdriver.JobSetStateIfRunningManyParams
}

// giveBack makes a job available from a time on. That it was taken does not count.
func (c *changes) giveBack(id int64, at time.Time) {
	c.add(riverdriver.JobSetStateSnoozedAvailable(id, at, 0, nil))
}

func (c *changes) complete(id int64, now time.Time) {
	c.add(riverdriver.JobSetStateCompleted(id, now, nil))
}

func (c *changes) add(p *riverdriver.JobSetStateIfRunningParams) {
	all := &c.params
	all.ID, all.Attempt, all.State = append(all.ID, p.ID), append(all.Attempt, p.Attempt), append(all.State, p.State)
	all.ErrData, all.FinalizedAt = append(all.ErrData, p.ErrData), append(all.FinalizedAt, p.FinalizedAt)
	all.MetadataDoMerge, all.MetadataUpdates = append(all.MetadataDoMerge, p.MetadataDoMerge), append(all.MetadataUpdates, p.MetadataUpdates)
	all.ScheduledAt = append(all.ScheduledAt, p.ScheduledAt)
}

func (c *changes) apply(ctx context.Context, exec riverdriver.Executor) error {
	if len(c.params.ID) == 0 {
		return nil
	}
	if _, err := exec.JobSetStateIfRunningMany(ctx, &c.params); err != nil {
		return fmt.Errorf("change %d jobs: %w", len(c.params.ID), err)
	}
	return nil
}

// deliveryOf returns the delivery of a job.
func deliveryOf(job *rivertype.JobRow) storage.ID { return storage.ID(job.ID) }
