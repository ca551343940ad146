package engine

import (
	"cmp"
	"context"
	"slices"
	"sync"
	"time"

	"backchannel/storage"
)

// A memory is a Store that keeps everything in maps and can be made to fail.
type memory struct {
	now func() time.Time

	mu         sync.Mutex
	last       storage.ID
	webhooks   map[storage.ID]storage.Webhook
	events     map[storage.ID]storage.Event
	deliveries map[storage.ID]storage.Delivery
	attempts   map[storage.ID][]storage.Attempt
	commands   []storage.Command
	breakers   map[storage.ID]storage.Breaker
	activities []storage.Activity
	marked     map[storage.ID]bool
	listeners  []chan storage.Change
	failure    error // of every commit
	refused    int   // commits
	largest    int   // page requested
}

func newMemory(now func() time.Time) *memory {
	return &memory{
		now: now, webhooks: map[storage.ID]storage.Webhook{}, events: map[storage.ID]storage.Event{},
		deliveries: map[storage.ID]storage.Delivery{}, attempts: map[storage.ID][]storage.Attempt{},
		breakers: map[storage.ID]storage.Breaker{}, marked: map[storage.ID]bool{},
	}
}

func (m *memory) id() storage.ID {
	m.last = max(m.last+1, storage.ID(m.now().UnixMicro()))
	return m.last
}

// commit makes a change and publishes a hint of it.
func (m *memory) commit(c storage.Change, change func()) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.failure != nil {
		m.refused++
		return m.failure
	}
	change()
	for _, l := range m.listeners {
		select {
		case l <- c:
		default:
			select {
			case earlier := <-l:
				l <- c | earlier
			default:
				l <- c
			}
		}
	}
	return nil
}

func (m *memory) CreateWebhook(_ context.Context, w *storage.Webhook) error {
	return m.commit(storage.ChangedWebhooks, func() {
		w.ID, w.Version = m.id(), 1
		m.webhooks[w.ID] = *w
	})
}

// saveWebhook stores the next version of a webhook.
func saveWebhook(m *memory, w storage.Webhook) {
	_ = m.commit(storage.ChangedWebhooks|storage.ChangedDeliveries, func() {
		w.Version++
		m.webhooks[w.ID] = w
	})
}

func removeWebhook(m *memory, id storage.ID) {
	_ = m.commit(storage.ChangedWebhooks, func() { delete(m.webhooks, id) })
}

func (m *memory) Enqueue(_ context.Context, events ...storage.Event) (made []storage.Delivery, err error) {
	err = m.commit(storage.ChangedDeliveries, func() {
		for _, ev := range events {
			ev.ID, ev.CreatedAt = m.id(), m.now()
			m.events[ev.ID] = ev
			d := storage.Delivery{
				ID: m.id(), EventID: ev.ID, WebhookID: ev.WebhookID, State: storage.Queued, Misbehave: ev.Misbehave,
				CreatedAt: m.now(), NextAttemptAt: m.now(),
			}
			m.deliveries[d.ID] = d
			made = append(made, d)
		}
	})
	return made, err
}

func (m *memory) RetryDelivery(_ context.Context, id storage.ID) error {
	return m.command(storage.CommandRetry, id, func(d *storage.Delivery) { d.NextAttemptAt = m.now() })
}

func (m *memory) CancelDelivery(_ context.Context, id storage.ID) error {
	return m.command(storage.CommandCancel, id, func(d *storage.Delivery) {
		d.State, d.NextAttemptAt = storage.Cancelled, time.Time{}
	})
}

func (m *memory) command(kind storage.CommandKind, id storage.ID, change func(*storage.Delivery)) error {
	return m.commit(storage.ChangedDeliveries, func() {
		d := m.deliveries[id]
		change(&d)
		m.deliveries[id] = d
		m.commands = append(m.commands, storage.Command{ID: m.id(), Kind: kind, DeliveryID: id, WebhookID: d.WebhookID})
	})
}

func (m *memory) fail(err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.failure = err
}

func (m *memory) delivery(id storage.ID) storage.Delivery {
	d, _ := m.Delivery(context.Background(), id)
	return d
}

func (m *memory) log(id storage.ID) []storage.Attempt {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Clone(m.attempts[id])
}

func activityTexts(m *memory) (all []string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, a := range m.activities {
		all = append(all, a.Text)
	}
	return all
}

func (m *memory) Due(_ context.Context, q storage.DueQuery) (jobs []storage.Job, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.largest = max(m.largest, q.Limit)
	for _, d := range m.deliveries {
		if d.WebhookID != q.WebhookID || d.State.Final() || m.marked[d.ID] || d.NextAttemptAt.After(q.Until) {
			continue
		}
		if at := d.NextAttemptAt; at.Before(q.After.At) || at.Equal(q.After.At) && d.ID <= q.After.ID {
			continue
		}
		jobs = append(jobs, storage.Job{
			DeliveryID: d.ID, WebhookID: d.WebhookID, Attempts: d.Attempts, Payload: m.events[d.EventID].Payload,
			Misbehave: d.Misbehave, CreatedAt: d.CreatedAt, NextAttemptAt: d.NextAttemptAt,
		})
	}
	slices.SortFunc(jobs, func(a, b storage.Job) int {
		return cmp.Or(a.NextAttemptAt.Compare(b.NextAttemptAt), cmp.Compare(a.DeliveryID, b.DeliveryID))
	})
	return jobs[:min(len(jobs), q.Limit)], nil
}

func (m *memory) NextDue(context.Context) (map[storage.ID]time.Time, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	next := map[storage.ID]time.Time{}
	for _, d := range m.deliveries {
		if earlier, ok := next[d.WebhookID]; !d.State.Final() && !m.marked[d.ID] && (!ok || d.NextAttemptAt.Before(earlier)) {
			next[d.WebhookID] = d.NextAttemptAt
		}
	}
	return next, nil
}

func (m *memory) MarkSending(_ context.Context, ids []storage.ID) error {
	return m.commit(storage.ChangedDeliveries, func() {
		for _, id := range ids {
			m.marked[id] = true
		}
	})
}

func (m *memory) ResetSending(context.Context) error {
	return m.commit(storage.ChangedDeliveries, func() { clear(m.marked) })
}

func (m *memory) Finish(ctx context.Context, o storage.Outcome) error {
	id := o.Attempt.DeliveryID
	if _, err := m.Delivery(ctx, id); err != nil {
		return err
	}
	return m.commit(storage.ChangedDeliveries, func() {
		delete(m.marked, id)
		d := m.deliveries[id]
		m.attempts[id] = append(m.attempts[id], o.Attempt)
		d.Attempts, d.Code, d.ErrorClass, d.Error, d.FinishedAt = o.Attempt.N, o.Attempt.Code, o.Attempt.ErrorClass, o.Attempt.Error, o.FinishedAt
		if d.State != storage.Cancelled {
			d.State, d.NextAttemptAt = o.State, o.NextAttemptAt
		}
		m.deliveries[id] = d
		if o.PauseWebhook != "" {
			w := m.webhooks[d.WebhookID]
			w.State, w.StateReason = storage.Paused, o.PauseWebhook
			m.webhooks[w.ID] = w
		}
	})
}

func (m *memory) PendingWork(context.Context) (all []storage.Pending, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	byWebhook := map[storage.ID]storage.Pending{}
	for _, d := range m.deliveries {
		p := byWebhook[d.WebhookID]
		p.WebhookID = d.WebhookID
		switch {
		case d.State.Final() || m.marked[d.ID]:
			continue
		case d.Attempts == 0:
			p.Queued++
		default:
			p.Retrying++
		}
		byWebhook[d.WebhookID] = p
	}
	for _, p := range byWebhook {
		all = append(all, p)
	}
	return all, nil
}

func (m *memory) Webhooks(context.Context) (all []storage.Webhook, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, w := range m.webhooks {
		all = append(all, w)
	}
	return all, nil
}

func (m *memory) Breakers(context.Context) (all []storage.Breaker, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, b := range m.breakers {
		all = append(all, b)
	}
	return all, nil
}

func (m *memory) SaveBreaker(_ context.Context, b storage.Breaker) error {
	return m.commit(storage.ChangedDeliveries, func() {
		if b.Open() {
			m.breakers[b.WebhookID] = b
			return
		}
		delete(m.breakers, b.WebhookID)
	})
}

func (m *memory) AddActivity(_ context.Context, a storage.Activity) error {
	return m.commit(storage.ChangedActivity, func() { m.activities = append(m.activities, a) })
}

func (m *memory) Commands(_ context.Context, after storage.ID) (found []storage.Command, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, c := range m.commands {
		if c.ID > after {
			found = append(found, c)
		}
	}
	return found, nil
}

func (m *memory) DropCommands(_ context.Context, through storage.ID) error {
	return m.commit(0, func() {
		m.commands = slices.DeleteFunc(m.commands, func(c storage.Command) bool { return c.ID <= through })
	})
}

func (m *memory) Delivery(_ context.Context, id storage.ID) (storage.Delivery, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	d, ok := m.deliveries[id]
	if !ok {
		return d, storage.ErrNotFound
	}
	if m.marked[id] {
		d.State = storage.Sending
	}
	return d, nil
}

func (m *memory) Event(_ context.Context, id storage.ID) (storage.Event, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	ev, ok := m.events[id]
	if !ok {
		return ev, storage.ErrNotFound
	}
	return ev, nil
}

func (m *memory) Changes(context.Context) <-chan storage.Change {
	m.mu.Lock()
	defer m.mu.Unlock()
	c := make(chan storage.Change, 1)
	m.listeners = append(m.listeners, c)
	return c
}
