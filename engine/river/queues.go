package river

import (
	"context"
	"slices"
	"sync"

	"github.com/riverqueue/river"
)

// queues holds the queues of all webhooks.
type queues struct {
	mu     sync.Mutex // guards byName
	byName map[string]*queue
}

func newQueues() *queues { return &queues{byName: map[string]*queue{}} }

func (s *queues) named(name string) *queue {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.byName[name]
}

func (s *queues) all() []*queue {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := make([]*queue, 0, len(s.byName))
	for _, q := range s.byName {
		all = append(all, q)
	}
	return all
}

func (s *queues) add(q *queue) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.byName[q.name] = q
}

// end marks a queue whose webhook has been deleted. The queue stays until its last attempt has
// ended.
func (s *queues) end(name string) {
	if q := s.named(name); q != nil {
		close(q.ended)
	}
}

func (s *queues) remove(name string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.byName, name)
}

// open adds new queues to River and removes those of deleted webhooks. It removes a queue only
// after its last attempt, because River would wait for that and block all other queues.
func (e *Engine) open(ctx context.Context, start func(*queue)) {
	for _, q := range e.queues.all() {
		var err error
		switch {
		case q.isOver() && !q.added:
			e.queues.remove(q.name)
		case q.isOver() && q.worker.Idle():
			if err = e.forget(ctx, q); err == nil {
				e.queues.remove(q.name)
			}
		case !q.isOver() && !q.added:
			if err = e.client.Queues().Add(q.name, river.QueueConfig{MaxWorkers: 1}); err != nil {
				_ = e.client.Queues().Remove(ctx, q.name) // River may know it although it did not start
				break
			}
			q.added = true
			start(q)
		}
		if err != nil && ctx.Err() == nil {
			e.log.Error("change River's queues", "queue", q.name, "error", err)
		}
	}
}

// forget removes a queue from River, and deletes the jobs that were given back after the webhook
// and its jobs had been deleted.
func (e *Engine) forget(ctx context.Context, q *queue) error {
	if err := e.returns.apply(ctx); err != nil {
		return err
	}
	if err := removeOrphans(ctx, e.pool, q); err != nil {
		return err
	}
	return e.client.Queues().Remove(ctx, q.name)
}

func (q *queue) isOver() bool {
	select {
	case <-q.ended:
		return true
	default:
		return false
	}
}

// followPauses reads which queues are paused with River's tools. River tells its clients of that
// too, but only every 2 s.
func (e *Engine) followPauses(ctx context.Context) error {
	paused, err := pausedQueues(ctx, e.pool)
	if err != nil {
		return err
	}
	for _, q := range e.queues.all() {
		q.pause(slices.Contains(paused, q.name))
	}
	return nil
}
