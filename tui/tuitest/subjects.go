package tuitest

import (
	"context"
	"fmt"
	"time"

	"backchannel/storage"
)

// webhooks adds, changes and reads webhooks.
type webhooks struct{ *base }

// AddWebhook creates a webhook at its CreatedAt, and saves it again at its UpdatedAt until it has
// its version. If it has an ID, the store must assign that one.
func (s webhooks) AddWebhook(w storage.Webhook) storage.Webhook {
	s.t.Helper()
	want := w
	s.At(want.CreatedAt, func() { s.must(s.CreateWebhook(context.Background(), &w)) })
	for w.Version < want.Version {
		s.At(want.UpdatedAt, func() { s.must(s.UpdateWebhook(context.Background(), &w)) })
	}
	s.wantID(want.ID, w.ID)
	return w
}

// AddWebhooks creates webhooks in one commit, at the present time.
func (s webhooks) AddWebhooks(all ...storage.Webhook) []storage.Webhook {
	s.t.Helper()
	created := make([]*storage.Webhook, len(all))
	for i := range all {
		all[i].ID, all[i].Version = 0, 0
		created[i] = &all[i]
	}
	s.must(s.SaveWebhooks(context.Background(), created...))
	return all
}

// ChangeWebhook changes a stored webhook, as another process might.
func (s webhooks) ChangeWebhook(id storage.ID, change func(*storage.Webhook)) {
	s.t.Helper()
	w := must[storage.Webhook](s.base)(s.Webhook(context.Background(), id))
	change(&w)
	s.must(s.UpdateWebhook(context.Background(), &w))
}

// AllWebhooks returns the webhooks by name.
func (s webhooks) AllWebhooks() []storage.Webhook {
	s.t.Helper()
	return must[[]storage.Webhook](s.base)(s.Webhooks(context.Background()))
}

// deliveries adds and reads deliveries, and records their attempts.
type deliveries struct{ *base }

// AddDelivery queues an event at its CreatedAt and returns its delivery.
func (s deliveries) AddDelivery(e storage.Event) (made storage.Delivery) {
	s.t.Helper()
	if e.Payload == nil {
		e.Payload = []byte("{}")
	}
	s.At(e.CreatedAt, func() {
		made = must[[]storage.Delivery](s.base)(s.Enqueue(context.Background(), e))[0]
	})
	return made
}

// Attempt stores the outcome of the next attempt of a delivery. An attempt without a time is made
// when the delivery was created.
func (s deliveries) Attempt(id storage.ID, o storage.Outcome) {
	s.t.Helper()
	d := must[storage.Delivery](s.base)(s.Delivery(context.Background(), id))
	if o.Attempt.At.IsZero() {
		o.Attempt.At = d.CreatedAt
	}
	o.Attempt.DeliveryID, o.Attempt.N = id, d.Attempts+1
	o.FinishedAt = o.Attempt.At.Add(o.Attempt.Timings.Total)
	s.At(o.FinishedAt, func() { s.must(s.Finish(context.Background(), o)) })
}

// AllDeliveries returns the deliveries, oldest first.
func (s deliveries) AllDeliveries() []storage.Delivery {
	s.t.Helper()
	return must[[]storage.Delivery](s.base)(s.Deliveries(context.Background(), storage.DeliveryQuery{After: 1}))
}

// AllEvents returns the events of the deliveries that are no replays, oldest first.
func (s deliveries) AllEvents() (all []storage.Event) {
	s.t.Helper()
	for _, d := range s.AllDeliveries() {
		if d.ReplayOf == 0 {
			all = append(all, must[storage.Event](s.base)(s.Event(context.Background(), d.EventID)))
		}
	}
	return all
}

// receipts adds and reads receipts.
type receipts struct{ *base }

// Receive stores receipts with the outcomes of their answers. The IDs of those that have one must
// be consecutive.
func (s receipts) Receive(receipts ...storage.Receipt) {
	s.t.Helper()
	ends := make([]storage.AnswerEnd, len(receipts))
	s.inOrder(len(receipts), func(i int) error {
		r := receipts[i]
		err := s.AddReceipt(context.Background(), &r, func([]storage.Earlier) {})
		ends[i] = storage.AnswerEnd{ReceiptID: r.ID, Outcome: r.Outcome, Duration: r.Duration}
		return err
	}, func(i int) time.Time {
		if receipts[i].ID == 0 {
			return time.Time{}
		}
		return time.UnixMicro(int64(receipts[i].ID))
	})
	for i, end := range ends {
		s.wantID(receipts[i].ID, end.ReceiptID)
	}
	s.must(s.FinishReceipts(context.Background(), ends...))
}

// AllReceipts returns the receipts with their content, oldest first.
func (s receipts) AllReceipts() []storage.Receipt {
	s.t.Helper()
	all := must[[]storage.Receipt](s.base)(s.Receipts(context.Background(), storage.ReceiptQuery{OldestFirst: true}))
	for i := range all {
		all[i] = must[storage.Receipt](s.base)(s.Receipt(context.Background(), all[i].ID))
	}
	return all
}

// ProfileOf returns the response profile of a webhook.
func (s receipts) ProfileOf(webhook storage.ID) storage.Profile {
	s.t.Helper()
	return must[storage.Profile](s.base)(s.Profile(context.Background(), webhook))
}

// activities adds activities.
type activities struct{ *base }

// AddActivities stores activities.
func (s activities) AddActivities(all ...storage.Activity) {
	s.t.Helper()
	for _, a := range all {
		s.At(a.At, func() { s.must(s.AddActivity(context.Background(), a)) })
	}
}

// AddManyActivities adds activities with the numbers 1 to n.
func (s activities) AddManyActivities(n int) {
	s.t.Helper()
	all := make([]storage.Activity, n)
	for i := range all {
		all[i] = storage.Activity{At: Noon(), Kind: storage.ActivityProcess, Text: fmt.Sprintf("number %d.", i+1)}
	}
	s.inOrder(n, func(i int) error { return s.AddActivity(context.Background(), all[i]) }, func(int) time.Time { return time.Time{} })
}
