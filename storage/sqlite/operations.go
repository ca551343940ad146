package sqlite

import (
	"context"
	"runtime"
	"sync"

	"backchannel/storage"
)

const maxBatch = 256 // operations in one transaction

// An operation is work for the writer, for which a caller waits.
type operation struct {
	ctx   context.Context
	kinds storage.Change
	work  func(*tx) error
	done  chan outcome
	// anyway makes the writer do the work even if the database's files are not in place.
	anyway bool
}

// An outcome is the result of an operation. A panic is passed on to the caller of do.
type outcome struct {
	err      error
	panicked any
}

func (o outcome) failed() bool { return o.err != nil || o.panicked != nil }

// An operationQueue passes operations from any number of callers to the writer.
type operationQueue struct {
	waiting chan *operation
	pool    sync.Pool // of operations, since each delivery needs two

	mu     sync.RWMutex // guards closed, and sending on waiting against closing it
	closed bool
}

func newOperationQueue() *operationQueue {
	q := &operationQueue{waiting: make(chan *operation, maxBatch)}
	q.pool.New = func() any { return &operation{done: make(chan outcome, 1)} }
	return q
}

// do runs work in a transaction and waits for its commit. If ctx is done before work
// begins, it does not run; from then on do returns the result of the commit.
func (q *operationQueue) do(ctx context.Context, kinds storage.Change, work func(*tx) error) error {
	op := q.pool.Get().(*operation)
	op.ctx, op.kinds, op.work = ctx, kinds, work
	if err := q.add(op); err != nil {
		return err
	}
	result := <-op.done
	op.ctx, op.work = nil, nil
	q.pool.Put(op)
	if result.panicked != nil {
		panic(result.panicked)
	}
	return result.err
}

// add waits while the queue is full, which slows down callers that are faster than the disk.
func (q *operationQueue) add(op *operation) error {
	q.mu.RLock()
	defer q.mu.RUnlock()
	if q.closed {
		return storage.ErrClosed
	}
	select {
	case q.waiting <- op:
		return nil
	case <-op.ctx.Done():
		return op.ctx.Err()
	}
}

// close refuses further operations. Those waiting are still done.
func (q *operationQueue) close() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.closed = true
	close(q.waiting)
}

// batch returns the first operation and those waiting after it, without those whose context
// is done. As long as more arrive, it yields to goroutines that are about to add one,
// because a commit of many costs nearly the same as a commit of one. A single caller does
// not wait.
func (q *operationQueue) batch(first *operation) []*operation {
	batch := q.take(make([]*operation, 0, maxBatch/4), first)
	for had := 0; len(batch) > had+1 && len(batch) < maxBatch; {
		had = len(batch)
		runtime.Gosched()
		batch = q.take(batch, q.next())
	}
	return batch
}

// take adds an operation, and those waiting after it, to a batch.
func (q *operationQueue) take(batch []*operation, op *operation) []*operation {
	for ; op != nil; op = q.next() {
		if err := op.ctx.Err(); err != nil {
			op.done <- outcome{err: err}
			continue
		}
		batch = append(batch, op)
		if len(batch) == maxBatch {
			break
		}
	}
	return batch
}

// next returns the next waiting operation, or nil.
func (q *operationQueue) next() *operation {
	select {
	case op := <-q.waiting: // nil when closed
		return op
	default:
		return nil
	}
}
