package river

import (
	"context"
	"time"

	"backchannel/storage"
	"backchannel/storage/postgres"
)

const (
	// overdueFor is for how long a delivery is due before somebody looks whether it has a job,
	// and how often that is done.
	overdueFor = 10 * time.Second
	// mostOverdue is how many deliveries of each webhook are looked at. They are those that are
	// due first, so that one without a job gets there once those before it were sent.
	mostOverdue = 100
)

// restore makes jobs for deliveries that have none. Nobody would send these: a person can delete
// or cancel a job with River's tools, which know nothing of deliveries.
func (e *Engine) restore(ctx context.Context, v view) error {
	now := e.now()
	if !e.Leads() || v.unsure || now.Sub(e.restored) < overdueFor {
		return nil
	}
	e.restored = now
	overdue, err := e.store.Overdue(ctx, now.Add(-overdueFor), mostOverdue)
	if err != nil || len(overdue) == 0 {
		return err
	}
	lacking, err := withoutJob(ctx, e.pool, overdue)
	if err != nil || len(lacking) == 0 {
		return err
	}
	e.log.Warn("deliveries without a job get one", "deliveries", len(lacking))
	return e.store.RestoreJobs(ctx, lacking...)
}

// Missed makes jobs for those of deliveries that have none, in place of ended ones. The rows of
// the deliveries are locked, so that no job of theirs changes meanwhile but by River's tools.
func (j *Jobs) Missed(to *postgres.Ending, waiting []storage.Delivery) {
	ids := make([]int64, len(waiting))
	for i, d := range waiting {
		ids[i] = int64(d.ID)
	}
	to.Queue(`DELETE FROM river_job WHERE id = ANY($1) AND finalized_at IS NOT NULL`, ids)
	var jobs newJobs
	hear := j.listen(to)
	for _, d := range waiting {
		job := newJobOf(d)
		hear.expect(job.queue, d.NextAttemptAt)
		jobs.add(job)
	}
	jobs.restore(to.Batch)
}
