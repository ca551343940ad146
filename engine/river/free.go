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
	// lostAfter is longer than River takes to give a job back.
	lostAfter = time.Second
	// mostRunning is the most jobs that are looked at at once.
	mostRunning = 10_000
	// ahead is how much later than this node's clock any other one may be.
	ahead = 24 * time.Hour

	goneReason = "the node that had begun it is gone"
	lostReason = "it was taken, and not begun"
)

// free frees the jobs of nodes that are gone, if this node leads, and those that got lost on
// the way to this node.
func (e *Engine) free(ctx context.Context, v view) error {
	running, err := e.exec.JobGetStuck(ctx, &riverdriver.JobGetStuckParams{Max: mostRunning, StuckHorizon: e.now().Add(ahead)})
	if err != nil {
		return err
	}
	if err := e.release(ctx, e.lost(running), lostReason); err != nil || !e.Leads() || v.unsure {
		return err
	}
	// A node is known before it takes a job, so whoever is not known now is gone.
	now, err := e.store.Living(ctx)
	if err != nil {
		return err
	}
	gone := without(running, now)
	if len(gone) > 0 || slices.ContainsFunc(v.before, func(node int64) bool { return !slices.Contains(v.living, node) }) {
		if err := e.store.TakeOver(ctx, goneReason); err != nil {
			return err
		}
	}
	return e.release(ctx, gone, goneReason)
}

// An absence is that of a job which this node has taken, and does not have.
type absence struct{ taken, since time.Time }

// lost returns the jobs that this node should have, and has not had for a while: the answer with
// which it got them was lost.
func (e *Engine) lost(running []*rivertype.JobRow) (lost []*rivertype.JobRow) {
	before, me, now := e.missing, nameOf(e.store.Node()), e.now()
	e.missing = map[int64]absence{}
	for _, job := range running {
		if takerOf(job) != me || job.AttemptedAt == nil {
			continue
		}
		if q := e.queues.named(job.Queue); q != nil && (q.taking.Load() || q.worker.Has(deliveryOf(job))) {
			continue
		}
		a, missed := before[job.ID]
		if !missed || !a.taken.Equal(*job.AttemptedAt) {
			a = absence{*job.AttemptedAt, now}
		}
		e.missing[job.ID] = a
		if now.Sub(a.since) >= lostAfter {
			lost = append(lost, job)
		}
	}
	return lost
}

// release makes running jobs available again, in the order that they had, but none that was taken
// anew meanwhile.
func (e *Engine) release(ctx context.Context, jobs []*rivertype.JobRow, reason string) error {
	if len(jobs) == 0 {
		return nil
	}
	var p riverdriver.JobRescueManyParams
	for _, job := range jobs {
		if at := job.AttemptedAt; at != nil && !at.Before(p.StuckHorizon) {
			p.StuckHorizon = at.Add(time.Microsecond)
		}
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
		if q := e.queues.named(job.Queue); q != nil {
			q.hint()
		}
	}
	return nil
}
