package river

import (
	"context"
	"time"

	"backchannel/storage"
	"backchannel/storage/postgres"
)

const (
	// overdueFor is how long a delivery must have been due before the leader checks that it has
	// a job, and the interval of these checks.
	overdueFor = 10 * time.Second
	// mostOverdue is how many deliveries of each webhook a check reads at most. It reads the
	// earliest ones, which will include a delivery without a job once those before it are sent.
	mostOverdue = 100
)

// restore makes jobs for deliveries that have none and would never be sent: a person can delete
// or cancel a job with River's tools, which do not know about deliveries.
func (r *rescuer) restore(ctx context.Context, v view) error {
	now := r.node.now()
	if !r.node.leads() || v.unsure || now.Sub(r.restored) < overdueFor {
		return nil
	}
	r.restored = now
	overdue, err := r.node.store.Overdue(ctx, now.Add(-overdueFor), mostOverdue)
	if err != nil || len(overdue) == 0 {
		return err
	}
	lacking, err := withoutJob(ctx, r.node.pool, overdue)
	if err != nil || len(lacking) == 0 {
		return err
	}
	r.node.log.Warn("deliveries without a job get one", "deliveries", len(lacking))
	return r.node.store.RestoreJobs(ctx, lacking...)
}

// Missed makes jobs for waiting deliveries that have none, or one that has ended. The store has
// locked the rows of these deliveries, so only River's tools could change their jobs meanwhile.
func (j *Jobs) Missed(to *postgres.Ending, waiting []storage.Delivery) {
	ids := make([]int64, len(waiting))
	for i, d := range waiting {
		ids[i] = int64(d.ID)
	}
	to.Queue(`DELETE FROM river_job WHERE id = ANY($1) AND finalized_at IS NOT NULL`, ids)
	var jobs newJobs
	hook := j.listen(to)
	for _, d := range waiting {
		job := newJobOf(d)
		hook.expect(job.queue, d.NextAttemptAt)
		jobs.add(job)
	}
	jobs.restore(to.Batch)
}
