package sqlite

import (
	"context"
	"sync"

	"backchannel/storage"
)

// A hub notifies subscribers of the kinds of records that changed. It never waits for
// them: a notice that a subscriber has not received yet is merged with the next one.
type hub struct {
	mu     sync.Mutex // guards the fields below
	closed bool
	subs   map[chan storage.Change]struct{}
}

// Changes returns a channel of the kinds of records that changed. It is closed when ctx is
// done or the store is closed. Changes made through this store are sent as soon as they
// are committed, those of other processes within 50 ms. Polling for these begins with the
// first subscriber, so that a short command does none.
func (s *Store) Changes(ctx context.Context) <-chan storage.Change {
	defer s.writer.startPolling()
	return s.hub.subscribe(ctx)
}

func (h *hub) subscribe(ctx context.Context) <-chan storage.Change {
	h.mu.Lock()
	defer h.mu.Unlock()
	sub := make(chan storage.Change, 1)
	if h.closed {
		close(sub)
		return sub
	}
	if h.subs == nil {
		h.subs = map[chan storage.Change]struct{}{}
	}
	h.subs[sub] = struct{}{}
	context.AfterFunc(ctx, func() { h.drop(sub) })
	return sub
}

// drop ends a subscription, unless close already has.
func (h *hub) drop(sub chan storage.Change) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if _, ok := h.subs[sub]; ok {
		delete(h.subs, sub)
		close(sub)
	}
}

// publish notifies all subscribers. It merges with what one has not received yet, so that it
// neither blocks nor loses a kind.
func (h *hub) publish(kinds storage.Change) {
	if kinds == 0 {
		return
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	for sub := range h.subs {
		merged := kinds
		select {
		case waiting := <-sub:
			merged |= waiting
		default:
		}
		sub <- merged // never blocks: the channel is empty, and only this method sends, with mu locked
	}
}

func (h *hub) close() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.closed = true
	for sub := range h.subs {
		close(sub)
	}
	h.subs = nil
}
