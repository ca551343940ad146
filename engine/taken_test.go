package engine

import (
	"fmt"
	"testing"
	"time"

	"backchannel/engine/policy"
	"backchannel/storage"
)

// A workerHarness tests a worker without an engine, at a fixed time.
type workerHarness struct {
	*testing.T

	q     *webhookQueue
	over  handover
	taken int
	back  int
	begun []*runningAttempt
}

func newWorkerHarness(t *testing.T, part Part, breaker policy.Breaker, options storage.DeliveryOptions) *workerHarness {
	now := time.Now()
	s := &workerHarness{T: t, q: newWebhookQueue(storage.Webhook{ID: 1, State: storage.Active, Delivery: options}, breaker, 0, func() time.Time { return now })}
	s.over = handover{s.q}
	(&Worker{&dispatcher{queue: s.q}}).Divide(part)
	return s
}

// take takes jobs and begins those that may begin.
func (s *workerHarness) take(n int) {
	for range n {
		job, ended := s.next()
		(&Worker{&dispatcher{queue: s.q}}).Take(job, ended)
	}
	s.start()
}

func (s *workerHarness) next() (storage.Job, Ended) {
	s.taken++
	return storage.Job{DeliveryID: storage.ID(s.taken)}, func(back bool, _ time.Duration) {
		if !back {
			s.Error("a job was reported as done that has not been attempted")
		}
		s.back++
	}
}

// offer offers a job, and returns nil if the worker has no capacity for it.
func (s *workerHarness) offer() *Taken {
	job, ended := s.next()
	t := &Taken{job: job, ended: ended, held: true}
	if !s.over.offer(t) {
		return nil
	}
	return t
}

func (s *workerHarness) start() {
	s.over.start(func() bool { return false }, func(_ *Taken, a *runningAttempt) { s.begun = append(s.begun, a) })
}

// want checks how many jobs have begun, how many were returned, and how many more may be taken.
func (s *workerHarness) want(begun, back, capacity int) {
	s.Helper()
	if n, _ := s.over.capacity(); len(s.begun) != begun || s.back != back || n != capacity {
		s.Errorf("got %d begun, %d returned, a capacity of %d; want %d, %d, %d", len(s.begun), s.back, n, begun, back, capacity)
	}
}

func TestWorkerBeginsJobsWithinItsPart(t *testing.T) {
	t.Parallel()
	s := newWorkerHarness(t, Part{Concurrency: 2, Engines: 2}, policy.Breaker{}, storage.DeliveryOptions{Concurrency: 4})
	s.want(0, 0, 4) // two in flight, and two ahead
	s.take(4)
	s.want(2, 0, 0)
	s.q.cancel(4)
	s.want(2, 1, 1)
	s.q.finish(s.begun[0], time.Time{})
	s.start()
	s.want(3, 1, 2)
	(&Worker{&dispatcher{queue: s.q}}).Divide(Part{Concurrency: 1, Engines: 4})
	s.take(1)
	s.want(3, 1, 0) // two are in flight, which is more than its part
	s.q.finish(s.begun[1], time.Time{})
	s.start()
	s.want(3, 1, 0)
	s.q.finish(s.begun[2], time.Time{})
	s.start()
	s.want(4, 1, 1)
	s.take(1)
	(&Worker{&dispatcher{queue: s.q}}).Divide(Part{Engines: 4})
	s.start()
	s.want(4, 2, 0)
}

func TestPausedWorkerReturnsJobsThatHaveNotBegun(t *testing.T) {
	t.Parallel()
	s := newWorkerHarness(t, Part{Concurrency: 1, Engines: 1}, policy.Breaker{}, storage.DeliveryOptions{Concurrency: 1})
	s.take(2)
	s.q.update(storage.Webhook{ID: 1, State: storage.Paused, Delivery: storage.DeliveryOptions{Concurrency: 1}})
	s.want(1, 1, 0)
	s.take(1)
	s.want(1, 2, 0)
}

func TestOnlyTheProbingWorkerMakesTheProbe(t *testing.T) {
	t.Parallel()
	for _, probes := range []bool{false, true} {
		due := policy.RestoredBreaker(storage.Breaker{Failures: 10, OpenUntil: time.Now().Add(-time.Second), Wait: time.Minute})
		s := newWorkerHarness(t, Part{Concurrency: 4, Engines: 2, Probes: probes}, due, storage.DeliveryOptions{Concurrency: 8})
		if !probes {
			s.want(0, 0, 0)
			s.take(2)
			s.want(0, 2, 0)
			continue
		}
		s.want(0, 0, 1)
		s.take(3) // two of them as if taken before the breaker opened
		s.want(1, 2, 0)
		if !s.begun[0].probe {
			t.Error("the attempt is not a probe")
		}
	}
}

func TestJobsOfASlowEndpointAreNotTakenAhead(t *testing.T) {
	t.Parallel()
	s := newWorkerHarness(t, Part{Concurrency: 3, Engines: 1}, policy.Breaker{}, storage.DeliveryOptions{Concurrency: 3})
	s.want(0, 0, 6)
	for range 20 {
		s.over.measure(time.Second)
	}
	s.want(0, 0, 3)
	for range 50 {
		s.over.measure(time.Millisecond)
	}
	s.want(0, 0, 6)
}

func TestWorkerGetsItsPartOfTheRate(t *testing.T) {
	t.Parallel()
	s := newWorkerHarness(t, Part{Concurrency: 64, Engines: 4}, policy.Breaker{}, storage.DeliveryOptions{Concurrency: 64, RatePerSec: 800})
	s.want(0, 0, 10) // 50 ms of 200 a second
	s.take(12)
	s.want(10, 0, 0)
	if _, wait := s.over.capacity(); wait != 5*time.Millisecond {
		t.Errorf("got capacity after %s, want 5ms", wait)
	}
}

// However often engines come and go, no more attempts begin than the rate allows.
func TestAChangedPartKeepsTheTokens(t *testing.T) {
	t.Parallel()
	s := newWorkerHarness(t, Part{Concurrency: 64, Engines: 1}, policy.Breaker{}, storage.DeliveryOptions{Concurrency: 64, RatePerSec: 0.001})
	s.want(0, 0, 1)
	s.take(2)
	for _, engines := range []int{2, 1, 3, 1} {
		(&Worker{&dispatcher{queue: s.q}}).Divide(Part{Concurrency: 64, Engines: engines})
		s.start()
		s.want(1, 0, 0)
	}
	s.q.update(storage.Webhook{ID: 1, State: storage.Active, Delivery: storage.DeliveryOptions{Concurrency: 64, RatePerSec: 0.002}})
	s.start()
	s.want(1, 0, 0)
}

// An offered job takes up capacity at once, but begins only when it is committed, and in its turn.
func TestOfferedJobBeginsOnceItIsCommitted(t *testing.T) {
	t.Parallel()
	s := newWorkerHarness(t, Part{Concurrency: 1, Engines: 1}, policy.Breaker{}, storage.DeliveryOptions{Concurrency: 1})
	first, second := s.offer(), s.offer()
	if first == nil || second == nil || s.offer() != nil {
		t.Fatal("the worker must accept two offers: one to begin, and one ahead")
	}
	s.start()
	s.want(0, 0, 0)
	s.over.settle(true, []*Taken{first, second})
	s.start()
	s.want(1, 0, 0)
	if began := s.begun[0].job.DeliveryID; began != first.job.DeliveryID {
		t.Errorf("got delivery %d first, want %d", began, first.job.DeliveryID)
	}
	s.q.finish(s.begun[0], time.Time{})
	s.start()
	s.want(2, 0, 1)
	lost := s.offer()
	s.over.settle(false, []*Taken{lost})
	s.want(2, 0, 1)
}

// An offered job is returned when it is committed, if by then it may no longer begin.
func TestOfferedJobThatMayNotBeginIsReturned(t *testing.T) {
	t.Parallel()
	for name, stop := range map[string]func(*workerHarness, *Taken){
		"cancelled": func(s *workerHarness, t *Taken) { s.q.cancel(t.job.DeliveryID) },
		"no part": func(s *workerHarness, _ *Taken) {
			(&Worker{&dispatcher{queue: s.q}}).Divide(Part{Engines: 2})
			s.start()
		},
		"deleted": func(s *workerHarness, _ *Taken) { s.q.close() },
		"paused": func(s *workerHarness, _ *Taken) {
			s.q.update(storage.Webhook{ID: 1, State: storage.Paused, Delivery: storage.DeliveryOptions{Concurrency: 4}})
		},
	} {
		for _, committed := range []bool{true, false} {
			t.Run(fmt.Sprint(name, " ", committed), func(t *testing.T) {
				t.Parallel()
				s := newWorkerHarness(t, Part{Concurrency: 4, Engines: 1}, policy.Breaker{}, storage.DeliveryOptions{Concurrency: 4})
				offered := s.offer()
				stop(s, offered)
				if s.back != 0 {
					t.Error("the job was returned before it was known whether it is committed")
				}
				s.over.settle(committed, []*Taken{offered})
				s.start()
				if back := map[bool]int{true: 1, false: 0}[committed]; s.back != back || len(s.begun) != 0 {
					t.Errorf("got %d returned, %d begun; want %d, 0", s.back, len(s.begun), back)
				}
			})
		}
	}
}
