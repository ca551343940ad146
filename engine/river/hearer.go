package river

import (
	"bytes"
	"time"

	"backchannel/engine"
	"backchannel/storage"
	"backchannel/storage/postgres"
)

// A hearer is who hears in this process of the jobs of a transaction. It passes on to the queues
// what they have to know once the transaction is committed.
type hearer struct {
	node    *Engine // nil: this process delivers nothing
	due     map[*queue]time.Time
	offered map[*queue][]*engine.Taken
}

// name returns the node's name, if there is one.
func (h *hearer) name() string {
	if h.node == nil {
		return ""
	}
	return nameOf(h.node.store.Node())
}

// queue returns the queue of a name, or nil.
func (h *hearer) queue(name string) *queue {
	if h.node == nil {
		return nil
	}
	return h.node.queues.named(name)
}

// expect says that a job is available from a time on.
func (h *hearer) expect(name string, at time.Time) {
	q := h.queue(name)
	if q == nil {
		return
	}
	if before, waits := h.due[q]; !waits || at.Before(before) {
		h.due[q] = at
	}
}

// offer has this node attempt a delivery as soon as it is committed, if there is room for it and
// nothing waits that would be attempted before it. Planned events wait for each other, which only
// the database knows.
func (h *hearer) offer(name string, d postgres.Queued) bool {
	q := h.queue(name)
	if q == nil || d.Payload == nil || !d.DueAt.IsZero() {
		return false
	}
	if _, waits := h.due[q]; waits || !q.free() {
		return false
	}
	taken := q.worker.Offer(storage.Job{
		DeliveryID: d.ID, WebhookID: d.WebhookID, Payload: bytes.Clone(d.Payload), Misbehave: d.Misbehave,
		CreatedAt: d.CreatedAt, NextAttemptAt: d.NextAttemptAt, MessageID: d.MessageID,
	}, q.after(int64(d.ID)))
	if taken == nil {
		return false
	}
	if h.offered == nil {
		h.offered = map[*queue][]*engine.Taken{}
	}
	h.offered[q] = append(h.offered[q], taken)
	return true
}

// settle passes on what the transaction has come to. If that took so long that the other nodes may
// have taken this one for gone, what it was offered is left to be found as lost.
func (h *hearer) settle(committed bool) {
	for q, taken := range h.offered {
		q.worker.Settle(committed && !h.node.stale(), taken...)
	}
	for q, at := range h.due {
		if committed {
			q.expect(at)
		}
	}
}
