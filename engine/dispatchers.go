package engine

import (
	"sync"

	"backchannel/storage"
)

// dispatchers holds the dispatcher of each webhook.
type dispatchers struct {
	mu        sync.Mutex // guards byWebhook
	byWebhook map[storage.ID]*dispatcher
}

func newDispatchers() *dispatchers { return &dispatchers{byWebhook: map[storage.ID]*dispatcher{}} }

// all returns the dispatchers in no particular order. It copies them, so that the caller may lock
// one of them without the lock of the set.
func (s *dispatchers) all() []*dispatcher {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := make([]*dispatcher, 0, len(s.byWebhook))
	for _, d := range s.byWebhook {
		all = append(all, d)
	}
	return all
}

// of returns a webhook's dispatcher, or nil.
func (s *dispatchers) of(webhook storage.ID) *dispatcher {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.byWebhook[webhook]
}

// reconcile updates the dispatchers to the webhooks that exist now. It compares all of them,
// because a hint says that webhooks have changed, but not which. start returns a running
// dispatcher for a webhook that is new. reconcile returns those of webhooks that were edited.
func (s *dispatchers) reconcile(webhooks []storage.Webhook, start func(storage.Webhook) *dispatcher) (edited []*dispatcher) {
	s.mu.Lock()
	defer s.mu.Unlock()
	exists := make(map[storage.ID]bool, len(webhooks))
	for _, w := range webhooks {
		exists[w.ID] = true
		if d := s.byWebhook[w.ID]; d != nil {
			if d.queue.update(w) {
				edited = append(edited, d)
			}
			continue
		}
		s.byWebhook[w.ID] = start(w)
	}
	for id, d := range s.byWebhook {
		if !exists[id] {
			d.close()
			delete(s.byWebhook, id)
		}
	}
	return edited
}

// inFlight returns how many attempts have begun and not ended.
func (s *dispatchers) inFlight() (n int64) {
	for _, d := range s.all() {
		n += d.queue.inFlight().total()
	}
	return n
}

// wake makes every dispatcher check whether it may continue.
func (s *dispatchers) wake() {
	for _, d := range s.all() {
		d.queue.wakeUp()
	}
}

// releaseIdle closes the connections that no attempt uses.
func (s *dispatchers) releaseIdle() {
	for _, d := range s.all() {
		d.client.releaseIdle()
	}
}

// giveUp gives back the jobs that sources have handed over, and that have not begun.
func (s *dispatchers) giveUp() {
	for _, d := range s.all() {
		d.queue.mu.Lock()
		d.queue.giveUp()
		d.queue.mu.Unlock()
	}
}
