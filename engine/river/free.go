package river

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"github.com/riverqueue/river/riverdriver"
	"github.com/riverqueue/river/rivertype"
)

const (
	// lostAfter is after how long a job is lost that this node has taken and knows nothing of,
	// because the answer with it was lost. River waits for the answer for 10 s.
	lostAfter = 15 * time.Second
	// mostRunning is the most jobs that are looked at at once.
	mostRunning = 10_000
	// ahead is how much later than this node's clock any other one may be.
	ahead = 24 * time.Hour

	goneReason = "the node that had begun it is gone"
	lostReason = "it was taken, and not begun"
)

// free frees the jobs of nodes that are gone, if this node leads, and those that got lost on
// the way to this node.
func (e *Engine) free(ctx context.Context, before, living []int64) error {
	running, err := e.exec.JobGetStuck(ctx, &riverdriver.JobGetStuckParams{Max: mostRunning, StuckHorizon: e.now().Add(ahead)})
	if err != nil {
		return err
	}
	if err := e.release(ctx, e.lost(running), lostReason); err != nil || !e.Leads() {
		return err
	}
	// A node is known before it takes a job, so whoever is not known now is gone.
	now, err := e.store.Living(ctx)
	if err != nil {
		return err
	}
	gone := without(running, now)
	if len(gone) > 0 || slices.ContainsFunc(before, func(node int64) bool { return !slices.Contains(living, node) }) {
		if err := e.store.TakeOver(ctx, goneReason); err != nil {
			return err
		}
	}
	return e.release(ctx, gone, goneReason)
}

// lost returns the jobs that this node should have and has not.
func (e *Engine) lost(running []*rivertype.JobRow) (lost []*rivertype.JobRow) {
	for _, job := range running {
		if takerOf(job) != nameOf(e.store.Node()) || job.AttemptedAt == nil || e.now().Sub(*job.AttemptedAt) < lostAfter {
			continue
		}
		if q := e.queues.named(job.Queue); q == nil || !q.worker.Has(deliveryOf(job)) {
			lost = append(lost, job)
		}
	}
	return lost
}

// release makes running jobs available again, in the order that they had.
func (e *Engine) release(ctx context.Context, jobs []*rivertype.JobRow, reason string) error {
	if len(jobs) == 0 {
		return nil
	}
	p := riverdriver.JobRescueManyParams{StuckHorizon: e.now().Add(ahead)}
	for _, job := range jobs {
		text, err := json.Marshal(rivertype.AttemptError{At: e.now(), Attempt: job.Attempt, Error: reason})
		if err != nil {
			return err
		}
		p.ID, p.Error, p.FinalizedAt = append(p.ID, job.ID), append(p.Error, text), append(p.FinalizedAt, nil)
		p.ScheduledAt, p.State = append(p.ScheduledAt, job.ScheduledAt), append(p.State, string(rivertype.JobStateAvailable))
	}
	if _, err := e.exec.JobRescueMany(ctx, &p); err != nil {
		return err
	}
	e.log.Warn("jobs are free again", "jobs", len(jobs), "reason", reason)
	for _, job := range jobs {
		e.tell(job.Queue, e.now().Add(1))
	}
	return nil
}
