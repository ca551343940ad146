// Package commit contains the parts of a store's writer that do not depend on the database. A
// [Queue] passes work from many callers to the writer in batches, because a commit of many costs
// nearly the same as a commit of one. A [Hub] tells subscribers what has changed.
package commit

import (
	"context"
	"sync"

	"backchannel/storage"
)

// MaxBatch is the greatest number of operations in one transaction.
const MaxBatch = 256

// An Operation is work for the writer in a transaction T, for which a caller waits.
type Operation[T any] struct {
	Kinds storage.Change
	Work  func(T) error
	// Anyway makes the writer do the work even if the database's files are not in place.
	Anyway bool

	ctx  context.Context
	done chan Outcome
}

// Alone returns an operation for which nobody waits.
func Alone[T any](kinds storage.Change, work func(T) error) *Operation[T] {
	return &Operation[T]{Kinds: kinds, Work: work, ctx: context.Background(), done: make(chan Outcome, 1)}
}

// An Outcome is the result of an operation. A panic is passed on to the caller of Do.
type Outcome struct {
	Err      error
	Panicked any
	// Common means that an error is not due to a single operation. To try each of them alone would
	// be useless or, because all of them may have been done, dangerous.
	Common bool
}

// Failed reports whether the operation has not been done.
func (o Outcome) Failed() bool { return o.Err != nil || o.Panicked != nil }

// A Queue passes operations from any number of callers to the writer.
type Queue[T any] struct {
	// Waiting yields the operations, until the queue is closed and empty.
	Waiting chan *Operation[T]

	mu     sync.RWMutex // guards closed, and sending on waiting against closing it
	closed bool
}

// NewQueue returns an empty queue.
func NewQueue[T any]() *Queue[T] {
	return &Queue[T]{Waiting: make(chan *Operation[T], MaxBatch)}
}

// Do runs work in a transaction and waits for its commit. If ctx is done before work
// begins, it does not run; from then on Do returns the result of the commit.
func (q *Queue[T]) Do(ctx context.Context, kinds storage.Change, work func(T) error) error {
	op := &Operation[T]{Kinds: kinds, Work: work, ctx: ctx, done: make(chan Outcome, 1)}
	if err := q.add(op); err != nil {
		return err
	}
	result := <-op.done
	if result.Panicked != nil {
		panic(result.Panicked)
	}
	return result.Err
}

// add waits while the queue is full, which slows down callers that are faster than the disk.
func (q *Queue[T]) add(op *Operation[T]) error {
	q.mu.RLock()
	defer q.mu.RUnlock()
	if q.closed {
		return storage.ErrClosed
	}
	select {
	case q.Waiting <- op:
		return nil
	case <-op.ctx.Done():
		return op.ctx.Err()
	}
}

// Close refuses further operations. Those waiting are still done.
func (q *Queue[T]) Close() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.closed = true
	close(q.Waiting)
}

// Batch returns the first operation and those waiting after it, without those whose context is done.
func (q *Queue[T]) Batch(first *Operation[T]) (batch []*Operation[T]) {
	for op := first; op != nil; op = q.next() {
		if err := op.ctx.Err(); err != nil {
			op.done <- Outcome{Err: err}
			continue
		}
		batch = append(batch, op)
		if len(batch) == MaxBatch {
			break
		}
	}
	return batch
}

// next returns the next waiting operation, or nil.
func (q *Queue[T]) next() *Operation[T] {
	select {
	case op := <-q.Waiting: // nil when closed
		return op
	default:
		return nil
	}
}

// All commits a batch in one transaction. If any of the operations fails, each runs again in a
// transaction of its own, so that one failure does not affect the others, unless they have it in
// common.
func All[T any](batch []*Operation[T], commit func([]*Operation[T]) Outcome) {
	if len(batch) == 0 {
		return
	}
	result := commit(batch)
	if len(batch) > 1 && result.Failed() && !result.Common {
		for i := range batch {
			All(batch[i:i+1], commit)
		}
		return
	}
	for _, op := range batch {
		op.done <- result
	}
}
