package engine

import (
	"context"
	"fmt"
	"strings"
	"sync/atomic"
	"time"

	"backchannel/storage"
)

// trouble is that outcomes cannot be committed, the disk being full, say.
type trouble struct {
	workers atomic.Int32 // that wait to commit theirs
	since   atomic.Int64 // Unix milliseconds
	reading atomic.Bool  // goes wrong
	what    atomic.Pointer[string]
}

func (t *trouble) lasts() bool { return t.workers.Load() > 0 }

// text says what keeps outcomes from being recorded, if anything does.
func (t *trouble) text() string {
	if what := t.what.Load(); what != nil && t.lasts() {
		return *what
	}
	return ""
}

// Trouble says why deliveries wait, beyond what is each webhook's own; empty when they do
// not.
func (e *Engine) Trouble() string {
	var all []string
	if what := e.trouble.text(); what != "" {
		all = append(all, "deliveries wait until outcomes can be recorded again: "+what)
	}
	if what := e.lacking.text(); what != "" {
		all = append(all, "deliveries wait, which counts as no attempt: "+what)
	}
	return strings.Join(all, "; ")
}

func (e *Engine) noteTrouble() { e.cfg.Trouble(e.Trouble()) }

// stuck says, once, that an outcome could not be committed.
func (e *Engine) stuck(err error) {
	what := err.Error()
	if e.trouble.workers.Add(1) > 1 {
		return
	}
	e.trouble.what.Store(&what)
	e.trouble.since.Store(e.now().UnixMilli())
	e.log.Error("deliveries wait until outcomes can be recorded again", "error", err)
	e.noteTrouble()
}

// unstuck has the dispatchers go on when the last outcome is committed, and tells why they did
// not. When the engine had to end first, nothing goes on and there is nothing to tell.
func (e *Engine) unstuck(cause error, kept bool) {
	if e.trouble.workers.Add(-1) > 0 || !kept {
		return
	}
	for _, l := range e.allDispatchers() {
		l.poke()
	}
	e.noteTrouble()
	lasted := e.now().Sub(time.UnixMilli(e.trouble.since.Load())).Round(time.Millisecond)
	e.record(storage.Activity{Kind: storage.ActivityError,
		Text: fmt.Sprintf("deliveries waited %s because outcomes could not be recorded: %v", lasted, cause)})
}

// readFailed says, once in a row, that the store could not be read.
func (e *Engine) readFailed(ctx context.Context, err error) {
	if ctx.Err() == nil && !e.trouble.reading.Swap(true) {
		e.log.Error("read deliveries", "error", err)
	}
}

func (e *Engine) readWorked() {
	if e.trouble.reading.Load() && e.trouble.reading.Swap(false) {
		e.log.Info("deliveries can be read again")
	}
}

// record makes something known. It is no matter if that fails: the log has it, too.
func (e *Engine) record(a storage.Activity) { e.recordWithin(e.committing, a) }

func (e *Engine) recordWithin(ctx context.Context, a storage.Activity) {
	a.At = e.now()
	e.log.Info(a.Text, "kind", a.Kind)
	if err := e.store.AddActivity(ctx, a); err != nil {
		e.log.Error("record activity", "error", err)
	}
}
