package river

import (
	"context"
	"errors"
	"time"

	"github.com/riverqueue/river/rivertype"

	"backchannel/storage"
)

// sorted says what to do with jobs that were taken.
type sorted struct {
	node  *Engine
	now   map[storage.ID]storage.Job // to be attempted
	later changes                    // of the others
	again time.Time                  // when to look at those that are given back; zero: there are none
}

// sort reads the deliveries of jobs. It leaves out a job whose delivery does not wait any more,
// and gives back those of planned events whose turn has not come.
func (e *Engine) sort(ctx context.Context, found []*rivertype.JobRow) (s sorted, err error) {
	s.node = e
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

// dismiss completes the jobs of deliveries that have ended. One of which the store says that it
// is being sent was marked so by a node that is gone or was taken for that.
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

// takeTurns gives back planned events that have to wait for an earlier one of their message:
// they go out one after the other, also when several are overdue. Only the first attempt counts.
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
