package engine

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"

	"backchannel/storage"
)

const (
	// The wait after a failed commit doubles from the first to the longest. A disk that is full for
	// a moment delays deliveries only briefly, and one that stays full is not tried incessantly.
	firstCommitRetry = 100 * time.Millisecond
	maxCommitRetry   = 2 * time.Second
)

// A committer commits outcomes. While it cannot, for example because the disk is full, the engine
// is stalled and claims nothing: the outcome of a further attempt would be lost in a crash, and
// the attempt made again.
type committer struct {
	ctx      context.Context // ends after every attempt
	store    WorkStore
	delivery func(ctx context.Context, id storage.ID) (storage.Delivery, error)
	activity activityRecorder
	log      *slog.Logger
	now      func() time.Time
	changed  func() // called when a stall begins and when it ends
	resume   func() // called when a stall ends; wakes the dispatchers

	waiting     atomic.Int32 // workers that could not commit their outcome
	since       atomic.Int64 // Unix milliseconds
	cause       atomic.Pointer[string]
	unreachable atomic.Bool // the cause is that the store's server cannot be reached
}

// stalled reports whether outcomes cannot be committed.
func (c *committer) stalled() bool { return c.waiting.Load() > 0 }

// reason returns why the engine is stalled, or "".
func (c *committer) reason() string {
	if cause := c.cause.Load(); cause != nil && c.stalled() {
		return *cause
	}
	return ""
}

// commit commits an outcome, however long that takes. It returns false if the engine had to end
// first.
func (c *committer) commit(o storage.Outcome) (committed bool) {
	err := c.try(o)
	if err == nil {
		return true
	}
	c.beginStall(err)
	cause := err
	defer func() { c.endStall(cause, committed) }()
	for wait := firstCommitRetry; ; wait = min(2*wait, maxCommitRetry) {
		if !storage.Sleep(c.ctx, wait) {
			c.log.Error("an outcome is lost, the delivery will be attempted again", "delivery", o.Attempt.DeliveryID, "error", err)
			return false
		}
		// Committing an outcome twice would count its attempt twice.
		if c.wasCommitted(o) {
			return true
		}
		if err = c.try(o); err == nil {
			return true
		}
		c.changeCause(err)
	}
}

// changeCause replaces the cause of a stall once the store's server is reachable again, which the
// store reports itself. It keeps other causes, because each worker's cause names its delivery.
func (c *committer) changeCause(err error) {
	if errors.Is(err, storage.ErrUnreachable) || !c.unreachable.CompareAndSwap(true, false) {
		return
	}
	what := err.Error()
	c.cause.Store(&what)
	c.changed()
}

// try tries to commit an outcome. It is not an error if the delivery has been removed, because then
// its outcome is no longer needed.
func (c *committer) try(o storage.Outcome) error {
	err := c.store.Finish(c.ctx, o)
	if errors.Is(err, storage.ErrNotFound) {
		return nil
	}
	return err
}

// wasCommitted reports whether an outcome was committed although its commit returned an
// error, as happens when the answer to a commit is lost.
func (c *committer) wasCommitted(o storage.Outcome) bool {
	d, err := c.delivery(c.ctx, o.Attempt.DeliveryID)
	return err == nil && d.Attempts >= o.Attempt.N
}

// beginStall counts a worker that cannot commit, and reports the first. It cannot record an
// activity, which would have to be committed to the same store.
func (c *committer) beginStall(err error) {
	what := err.Error()
	if c.waiting.Add(1) > 1 {
		return
	}
	c.cause.Store(&what)
	c.unreachable.Store(errors.Is(err, storage.ErrUnreachable))
	c.since.Store(c.now().UnixMilli())
	c.log.Error("deliveries wait until outcomes can be recorded again", "error", err)
	c.changed()
}

// endStall counts a worker that has stopped waiting, and reports the last. If the engine had to
// end, it reports nothing, because deliveries do not continue.
func (c *committer) endStall(cause error, committed bool) {
	if c.waiting.Add(-1) > 0 || !committed {
		return
	}
	c.resume()
	c.changed()
	lasted := c.now().Sub(time.UnixMilli(c.since.Load())).Round(time.Millisecond)
	c.activity.record(c.ctx, storage.Activity{Kind: storage.ActivityError,
		Text: fmt.Sprintf("deliveries waited %s because outcomes could not be recorded: %v", lasted, cause)})
}
