package river

import (
	"context"
	"errors"
	"time"

	"github.com/riverqueue/river/rivertype"

	"backchannel/storage"
)

// sorted says what to do with the jobs that a take returned.
type sorted struct {
	node  *Engine
	now   map[storage.ID]storage.Job // to be attempted
	later changes                    // to the others
	again time.Time                  // when the first of those given back is due; zero: none was
}

// sort reads the deliveries of jobs. It leaves out a job whose delivery is no longer waiting, and
// gives back those of planned events that must wait for an earlier one.
func (e *Engine) sort(ctx context.Context, found []*rivertype.JobRow) (s sorted, err error) {
	s.node, s.later.node = e, nameOf(e.store.Node())
	jobs, err := e.store.Jobs(ctx, idsOf(found)...)
	if err != nil {
		return s, err
	}
	s.now = make(map[storage.ID]storage.Job, len(jobs))
	for _, job := range jobs {
		s.now[job.DeliveryID] = job
	}
	if err := s.dismiss(ctx, found); err != nil {
		return sorted{}, err
	}
	if err := s.takeTurns(ctx, jobs); err != nil {
		return sorted{}, err
	}
	return s, nil
}

// dismiss completes the jobs of deliveries that have ended. A delivery that is stored as being sent
// was marked by a node that is dead or was declared dead; its job is given back for later.
func (s *sorted) dismiss(ctx context.Context, found []*rivertype.JobRow) error {
	for _, job := range found {
		if _, waits := s.now[deliveryOf(job)]; waits {
			continue
		}
		d, err := s.node.store.Delivery(ctx, deliveryOf(job))
		switch {
		case err != nil && !errors.Is(err, storage.ErrNotFound):
			return err
		case err != nil || d.State.Final():
			s.later.complete(job.ID)
		default:
			s.giveBack(job.ID, s.node.now().Add(idle))
		}
	}
	return nil
}

// takeTurns gives back planned events that must wait for an earlier one of their message: a
// message's events are sent in order, even when several are overdue. Only the first attempt of
// each is ordered; a retry holds up nothing.
func (s *sorted) takeTurns(ctx context.Context, jobs []storage.Job) error {
	var planned []storage.ID
	for _, job := range jobs {
		if job.MessageID != 0 && job.Attempts == 0 && !job.DueAt.IsZero() {
			planned = append(planned, job.DeliveryID)
		}
	}
	if len(planned) == 0 {
		return nil
	}
	waiting, err := s.node.store.OutOfTurn(ctx, planned...)
	for _, id := range waiting {
		delete(s.now, id)
		s.giveBack(int64(id), s.node.now().Add(turnWait))
	}
	return err
}

func (s *sorted) giveBack(id int64, at time.Time) {
	s.later.giveBack(id, at)
	if s.again.IsZero() || at.Before(s.again) {
		s.again = at
	}
}
