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

// A rescuer finds jobs that nobody attempts and deliveries that have no job, once in each pass of
// its node.
type rescuer struct {
	node     *Engine
	missing  map[int64]absence // jobs that the database says this node has, by ID
	restored time.Time         // of the last search for deliveries without a job
}

// free makes jobs available again that nobody attempts: those lost on the way to this node and,
// if this node leads, those of dead nodes.
func (r *rescuer) free(ctx context.Context, v view) error {
	running, err := r.node.exec.JobGetStuck(ctx, &riverdriver.JobGetStuckParams{Max: mostRunning, StuckHorizon: r.node.now().Add(ahead)})
	if err != nil {
		return err
	}
	if err := r.release(ctx, r.lost(running), lostReason); err != nil || !r.node.leads() || v.unsure {
		return err
	}
	// A node registers before it takes a job. The list is read after the jobs, so a node that
	// is not in it is dead.
	now, err := r.node.store.Living(ctx)
	if err != nil {
		return err
	}
	gone := without(running, now)
	if len(gone) > 0 || slices.ContainsFunc(v.before, func(node int64) bool { return !slices.Contains(v.living, node) }) {
		if err := r.node.store.TakeOver(ctx, goneReason); err != nil {
			return err
		}
	}
	return r.release(ctx, gone, goneReason)
}

// An absence records a job that the database says this node has taken, but its worker does not
// have: when it was taken, and since when it has been missing.
type absence struct{ taken, since time.Time }

// lost returns the jobs that have been missing for lostAfter. This node took them, but the server's
// answer did not arrive.
func (r *rescuer) lost(running []*rivertype.JobRow) (lost []*rivertype.JobRow) {
	before, me, now := r.missing, nameOf(r.node.store.Node()), r.node.now()
	r.missing = map[int64]absence{}
	for _, job := range running {
		if takerOf(job) != me || job.AttemptedAt == nil {
			continue
		}
		if q := r.node.queues.named(job.Queue); q != nil && (q.taking.Load() || q.worker.Has(deliveryOf(job))) {
			continue
		}
		a, missed := before[job.ID]
		if !missed || !a.taken.Equal(*job.AttemptedAt) {
			a = absence{*job.AttemptedAt, now}
		}
		r.missing[job.ID] = a
		if now.Sub(a.since) >= lostAfter {
			lost = append(lost, job)
		}
	}
	return lost
}

// release makes running jobs available again, in their former order, except those that have been
// taken again since they were read.
func (r *rescuer) release(ctx context.Context, jobs []*rivertype.JobRow, reason string) error {
	if len(jobs) == 0 {
		return nil
	}
	var p riverdriver.JobRescueManyParams
	for _, job := range jobs {
		if at := job.AttemptedAt; at != nil && !at.Before(p.StuckHorizon) {
			p.StuckHorizon = at.Add(time.Microsecond)
		}
		text, err := json.Marshal(rivertype.AttemptError{At: r.node.now(), Attempt: job.Attempt, Error: reason})
		if err != nil {
			return err
		}
		p.ID, p.Error, p.FinalizedAt = append(p.ID, job.ID), append(p.Error, text), append(p.FinalizedAt, nil)
		p.ScheduledAt, p.State = append(p.ScheduledAt, job.ScheduledAt), append(p.State, string(rivertype.JobStateAvailable))
	}
	if _, err := r.node.exec.JobRescueMany(ctx, &p); err != nil {
		return err
	}
	r.node.log.Warn("jobs are available again", "jobs", len(jobs), "reason", reason)
	for _, job := range jobs {
		if q := r.node.queues.named(job.Queue); q != nil {
			q.hint()
		}
	}
	return nil
}
