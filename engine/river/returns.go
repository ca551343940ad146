package river

import (
	"context"
	"sync"
	"time"

	"backchannel/storage"
)

// returnAgain is the pause before trying again to give back jobs after a failure.
const returnAgain = 100 * time.Millisecond

// A returns makes jobs available again that this node has taken but not attempted.
type returns struct {
	node *Engine
	poke chan struct{} // holds a notice that jobs have been added

	mu   sync.Mutex // guards the fields below
	jobs []returned
}

type returned struct {
	queue *queue
	id    int64
	at    time.Time // when it is available again
}

// add adds a job. It does not wait.
func (r *returns) add(job returned) {
	r.mu.Lock()
	r.jobs = append(r.jobs, job)
	r.mu.Unlock()
	storage.Wake(r.poke)
}

// run gives back jobs until ctx is done.
func (r *returns) run(ctx context.Context) {
	storage.Repeat(ctx, r.poke, func(ctx context.Context) time.Duration {
		err := r.apply(ctx)
		if err == nil {
			return storage.Never
		}
		r.node.logError(ctx, "give back jobs", err)
		storage.Sleep(ctx, returnAgain)
		return 0
	})
}

// apply gives back the jobs that have been added. It keeps them if that fails.
func (r *returns) apply(ctx context.Context) error {
	r.mu.Lock()
	jobs := r.jobs
	r.jobs = nil
	r.mu.Unlock()
	back := changes{node: nameOf(r.node.store.Node())}
	for _, job := range jobs {
		back.giveBack(job.id, job.at)
	}
	if err := back.apply(ctx, r.node.pool); err != nil {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.jobs = append(r.jobs, jobs...)
		return err
	}
	for _, job := range jobs {
		job.queue.expect(job.at)
	}
	return nil
}
