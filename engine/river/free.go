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
	// lostAfter is how long a job may be missing before it counts as lost. Taking a job and
	// giving it back both take less.
	lostAfter = time.Second
	// mostRunning is how many running jobs one pass reads at most.
	mostRunning = 10_000
	// ahead is how far the clock of any other node may be ahead of this node's.
	ahead = 24 * time.Hour

	goneReason = "the node that started it is gone"
	lostReason = "it was taken but not started"
)

// free makes jobs available again that nobody attempts: those lost on the way to this node and,
// if this node leads, those of dead nodes.
func (e *Engine) free(ctx context.Context, v view) error {
	running, err := e.exec.JobGetStuck(ctx, &riverdriver.JobGetStuckParams{Max: mostRunning, StuckHorizon: e.now().Add(ahead)})
	if err != nil {
		return err
	}
	if err := e.release(ctx, e.lost(running), lostReason); err != nil || !e.Leads() || v.unsure {
		return err
	}
	// A node registers before it takes a job. The list is read after the jobs, so a node that
	// is not in it is dead.
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

// An absence records a job that the database says this node has taken, but its worker does not
// have: when it was taken, and since when it has been missing.
type absence struct{ taken, since time.Time }

// lost returns the jobs that have been missing for lostAfter. The server's answer with which this
// node got them did not arrive.
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

// release makes running jobs available again, in their former order, except those that have been
// taken again since they were read.
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
	e.log.Warn("jobs are available again", "jobs", len(jobs), "reason", reason)
	for _, job := range jobs {
		if q := e.queues.named(job.Queue); q != nil {
			q.hint()
		}
	}
	return nil
}
