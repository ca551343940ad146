package river

import (
	"bytes"
	"time"

	"backchannel/engine"
	"backchannel/storage"
	"backchannel/storage/postgres"
)

// A commitHook collects what the queues of this process must learn about the jobs of one
// transaction, and tells them once the transaction is committed.
type commitHook struct {
	node    *Engine // nil: this process delivers nothing
	due     map[*queue]time.Time
	offered map[*queue][]*engine.Taken
}

// name returns the node's name, or "" if this process delivers nothing.
func (h *commitHook) name() string {
	if h.node == nil {
		return ""
	}
	return nameOf(h.node.store.Node())
}

// queue returns the queue with a name, or nil.
func (h *commitHook) queue(name string) *queue {
	if h.node == nil {
		return nil
	}
	return h.node.queues.named(name)
}

// expect notes that a job will be available from a time on.
func (h *commitHook) expect(name string, at time.Time) {
	q := h.queue(name)
	if q == nil {
		return
	}
	if before, waits := h.due[q]; !waits || at.Before(before) {
		h.due[q] = at
	}
}

// offer hands a delivery to this node's worker, to be attempted as soon as it is committed. It
// returns false if the worker has no capacity or another job comes first. Planned events are never
// offered: they wait for each other, and only the database knows their order.
func (h *commitHook) offer(name string, d postgres.Queued) bool {
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

// settle tells the queues whether the transaction was committed. If the commit took so long that
// other nodes may have declared this one dead, offered jobs are not started: another node may have
// taken them, and if not, the rescuer finds that they are missing.
func (h *commitHook) settle(committed bool) {
	for q, taken := range h.offered {
		q.worker.Settle(committed && !h.node.stale(), taken...)
	}
	for q, at := range h.due {
		if committed {
			q.expect(at)
		}
	}
}
