package sqlite

import (
	"context"
	"sync"

	"backchannel/storage"
)

// A hub tells subscribers what kinds of records changed. It never waits for them: what a
// subscriber has not taken yet is merged with what comes.
type hub struct {
	mu     sync.Mutex // guards the rest
	closed bool
	subs   map[chan storage.Change]struct{}
}

// Changes hints at changes until ctx ends or the store closes, and closes the channel
// then. Changes made through this store are hinted at as soon as they are committed,
// those of others within 50 ms.
func (s *Store) Changes(ctx context.Context) <-chan storage.Change {
	defer s.writer.heed()
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

func (h *hub) drop(sub chan storage.Change) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if _, ok := h.subs[sub]; ok {
		delete(h.subs, sub)
		close(sub)
	}
}

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
		sub <- merged // has room: nobody else sends, since that takes the lock
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
