package river

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"
	"github.com/riverqueue/river/rivertype"

	"backchannel/storage"
)

// The statements that every delivery runs on River's table are our own. River's return whole rows
// and handle unique jobs, errors, metadata and several kinds, which our jobs do not use. With them
// a delivery takes a fifth more processor time.

// The priorities of jobs. A job whose delivery a person retries by hand comes first.
const (
	first    = 1
	ordinary = 2
)

// maxAttempts is the most that River allows, so that River never gives up on a job. River counts
// how often a job was taken, even if its delivery was not attempted; the webhook's schedule limits
// the attempts.
const maxAttempts = 1<<15 - 1

// A newJob is a job that is not stored yet.
type newJob struct {
	delivery storage.ID
	queue    string
	at       time.Time // when it is due; zero: now, by the server's clock
	taken    bool      // by this node
}

// A newJobs holds new jobs as columns, which one statement inserts.
type newJobs struct {
	ids           []int64
	names, queues []string
	at            []pgtype.Timestamptz
	taken         []bool
}

func (n *newJobs) add(j newJob) {
	n.ids, n.names = append(n.ids, int64(j.delivery)), append(n.names, j.delivery.String())
	n.queues, n.at = append(n.queues, j.queue), append(n.at, pgtype.Timestamptz{Time: j.at, Valid: !j.at.IsZero()})
	n.taken = append(n.taken, j.taken)
}

const insertJobs = `INSERT INTO river_job (id, state, attempt, attempted_at, attempted_by, max_attempts, created_at, scheduled_at, priority, args, kind, queue)
	SELECT id, CASE WHEN taken THEN 'running' ELSE 'available' END::river_job_state, taken::integer, CASE WHEN taken THEN now() END, CASE WHEN taken THEN ARRAY[$6::text] END,
		$7, now(), coalesce(at, now()), $8, jsonb_build_object('delivery', name), $9, queue
	FROM unnest($1::bigint[], $2::text[], $3::text[], $4::timestamptz[], $5::boolean[]) AS made (id, name, queue, at, taken)`

// queue adds a statement that inserts the jobs. It inserts those marked as taken as running on node.
func (n *newJobs) queue(to *pgx.Batch, node string) { n.insert(to, insertJobs, node) }

// restore is like queue, for deliveries that may turn out to have a job.
func (n *newJobs) restore(to *pgx.Batch) { n.insert(to, insertJobs+` ON CONFLICT (id) DO NOTHING`, "") }

func (n *newJobs) insert(to *pgx.Batch, statement, node string) {
	to.Queue(statement, n.ids, n.names, n.queues, n.at, n.taken, node, maxAttempts, ordinary, kind)
}

// putFirst makes the jobs of deliveries due before all others, except running ones. It calls said
// with the queue of each.
func putFirst(to *pgx.Batch, deliveries []storage.ID, said func(queue string)) {
	to.Queue(`UPDATE river_job SET state = 'available', priority = $2, scheduled_at = now(), attempt = 0, finalized_at = NULL
		WHERE id = ANY($1) AND state::text <> 'running' RETURNING queue`, numbers(deliveries), first,
	).Query(func(rows pgx.Rows) error {
		var queue string
		_, err := pgx.ForEachRow(rows, []any{&queue}, func() error { said(queue); return nil })
		return err
	})
}

// withoutJob returns those of the deliveries that wait and have no job, or one that has ended. A
// single statement reads deliveries and jobs, because a delivery that is sent between two reads would
// seem to be waiting without a job.
func withoutJob(ctx context.Context, from sender, deliveries []storage.ID) ([]storage.ID, error) {
	rows, err := from.Query(ctx, `SELECT id FROM deliveries d WHERE id = ANY($1) AND next_attempt_at IS NOT NULL
		AND NOT EXISTS (SELECT FROM river_job j WHERE j.id = d.id AND j.finalized_at IS NULL)`, numbers(deliveries))
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowTo[storage.ID])
}

// pausedQueues returns the names of the queues that are paused.
func pausedQueues(ctx context.Context, from sender) ([]string, error) {
	rows, err := from.Query(ctx, `SELECT name FROM river_queue WHERE paused_at IS NOT NULL`)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowTo[string])
}

// remove deletes the jobs of deliveries, except running ones.
func remove(to *pgx.Batch, deliveries []storage.ID) {
	to.Queue(`DELETE FROM river_job WHERE id = ANY($1) AND state::text <> 'running'`, numbers(deliveries))
}

// removeOrphans deletes the available jobs of a queue if its webhook has been deleted.
func removeOrphans(ctx context.Context, from sender, q *queue) error {
	rows, err := from.Query(ctx, `DELETE FROM river_job WHERE queue = $1 AND state = 'available' AND NOT EXISTS (SELECT FROM webhooks WHERE id = $2)`,
		q.name, int64(q.worker.WebhookID()))
	if err == nil {
		rows.Close()
		err = rows.Err()
	}
	return err
}

func numbers(deliveries []storage.ID) []int64 {
	ids := make([]int64, len(deliveries))
	for i, id := range deliveries {
		ids[i] = int64(id)
	}
	return ids
}

// changes collects what happens to jobs that were taken.
type changes struct {
	node            string // give back only jobs that this node has taken; empty: whatever their state
	completed, back []int64
	at              []time.Time // when those of back are available again
}

// giveBack makes a job available from a time on, as if it had not been taken.
func (c *changes) giveBack(id int64, at time.Time) {
	c.back, c.at = append(c.back, id), append(c.at, at)
}

func (c *changes) complete(id int64) { c.completed = append(c.completed, id) }

// queue adds the statements. A completed job is deleted: its delivery has the outcome, and keeping
// the job until River deletes it takes a fifth more processor time per delivery. The state is
// compared as text to keep the server from choosing the index of states, in which ended jobs stay
// until a vacuum.
func (c *changes) queue(to *pgx.Batch) {
	if len(c.completed) > 0 {
		to.Queue(`DELETE FROM river_job WHERE id = ANY($1)`, c.completed)
	}
	if len(c.back) > 0 {
		to.Queue(`UPDATE river_job j SET state = 'available', attempt = 0, scheduled_at = back.at, finalized_at = NULL
			FROM unnest($1::bigint[], $2::timestamptz[]) AS back (id, at)
			WHERE j.id = back.id AND ($3 = '' OR j.state::text = 'running' AND j.attempted_by[array_upper(j.attempted_by, 1)] = $3)`, c.back, c.at, c.node)
	}
}

// A sender runs statements: a pgx connection, pool or transaction.
type sender interface {
	Query(ctx context.Context, query string, args ...any) (pgx.Rows, error)
	SendBatch(ctx context.Context, batch *pgx.Batch) pgx.BatchResults
}

// apply makes the changes in a transaction of its own.
func (c *changes) apply(ctx context.Context, to sender) error {
	batch := &pgx.Batch{}
	if c.queue(batch); batch.Len() == 0 {
		return nil
	}
	return to.SendBatch(ctx, batch).Close()
}

// take marks up to limit due jobs of a queue as running on a node and returns them, in the order
// in which to attempt them.
func take(ctx context.Context, from sender, queue, node string, limit int) ([]*rivertype.JobRow, error) {
	rows, err := from.Query(ctx, `UPDATE river_job SET state = 'running', attempt = least(attempt + 1, max_attempts), attempted_at = now(), attempted_by = ARRAY[$2::text]
		WHERE id = ANY(ARRAY(
			SELECT id FROM river_job WHERE state = 'available' AND queue = $1 AND scheduled_at <= now()
			ORDER BY priority, scheduled_at, id LIMIT $3 FOR UPDATE SKIP LOCKED))
		RETURNING id, attempt, attempted_at, attempted_by, created_at, priority, scheduled_at`, queue, node, limit)
	if err != nil {
		return nil, err
	}
	taken, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (*rivertype.JobRow, error) {
		job := &rivertype.JobRow{Queue: queue, Kind: kind, MaxAttempts: maxAttempts, State: rivertype.JobStateRunning, EncodedArgs: []byte(`{}`), Metadata: []byte(`{}`)}
		return job, row.Scan(&job.ID, &job.Attempt, &job.AttemptedAt, &job.AttemptedBy, &job.CreatedAt, &job.Priority, &job.ScheduledAt)
	})
	slices.SortFunc(taken, func(a, b *rivertype.JobRow) int {
		return cmp.Or(cmp.Compare(a.Priority, b.Priority), a.ScheduledAt.Compare(b.ScheduledAt), cmp.Compare(a.ID, b.ID))
	})
	return taken, err
}
