package commit

import (
	"context"
	"sync"

	"backchannel/storage"
)

// A Hub notifies subscribers of the kinds of records that changed. It never waits for them: a notice
// that a subscriber has not received yet is merged with the next one. The zero value is ready for use.
type Hub struct {
	mu     sync.Mutex // guards the fields below
	closed bool
	subs   map[chan storage.Change]struct{}
}

// Subscribe returns a channel of the kinds of records that changed, which is closed when ctx is
// done or the hub is closed.
func (h *Hub) Subscribe(ctx context.Context) <-chan storage.Change {
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

// drop ends a subscription, unless Close already has.
func (h *Hub) drop(sub chan storage.Change) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if _, ok := h.subs[sub]; ok {
		delete(h.subs, sub)
		close(sub)
	}
}

// Publish notifies all subscribers. It merges with what one has not received yet, so that it
// neither blocks nor loses a kind.
func (h *Hub) Publish(kinds storage.Change) {
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

// Close closes the channels of all subscribers.
func (h *Hub) Close() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.closed = true
	for sub := range h.subs {
		close(sub)
	}
	h.subs = nil
}
