// Package deliveries is the screen of the events that were fired, and of the state of their
// delivery. Start with [New].
package deliveries

import (
	"context"
	"time"

	"backchannel/storage"
	"backchannel/storage/bulk"
	"backchannel/tui/component"
	"backchannel/tui/resend"
	"backchannel/tui/screen"
)

// Store reads and writes the deliveries, with their events, attempts and receipts.
type Store interface {
	storage.ParkedStore
	bulk.Store
	resend.Store
	Event(context.Context, storage.ID) (storage.Event, error)
	CountDeliveries(context.Context, storage.DeliveryQuery) (int64, error)
	Attempts(context.Context, storage.ID) ([]storage.Attempt, error)
	ReceiptsOfDelivery(context.Context, storage.ID) ([]storage.Receipt, error)
	ReplayDelivery(context.Context, storage.ID) (storage.Delivery, error)
	RetryDelivery(context.Context, storage.ID) error
	CancelDelivery(context.Context, storage.ID) error
}

// Screen lists the deliveries, each next to the verdicts of the built-in receiver.
type Screen struct {
	*screen.Browser[row, detail]
	env   *screen.Env
	store Store
	title string
	query storage.DeliveryQuery // selects the deliveries that the screen lists
	all   bool                  // the screen lists all deliveries
	bulk  bulkAction

	resend resend.Sender
}

// row is a delivery with its last receipt. Only deliveries to the built-in receiver have one.
type row struct {
	storage.Delivery
	Receipt storage.Receipt       // the zero Receipt: none
	parked  *storage.ParkedReason // nil: it is not parked
}

// detail is everything about one delivery.
type detail struct {
	row   row
	event storage.Event // the zero Event: not read yet
	plan  storage.Planning
}

// The tabs of a delivery.
const (
	tabLog = iota
	tabExchange
	tabPayload
)

// New returns the screen of all deliveries of a store. The sender sends edited ones.
func New(e *screen.Env, store Store, sender resend.Sender) *Screen {
	d := NewList(e, store, sender, "Deliveries", storage.DeliveryQuery{})
	d.all = true
	return d
}

// NewList returns a screen of the deliveries that a query selects. The title says what they have in common.
func NewList(e *screen.Env, store Store, sender resend.Sender, title string, query storage.DeliveryQuery) *Screen {
	d := &Screen{env: e, store: store, title: title, query: query, bulk: bulkAction{env: e, store: store}, resend: sender}
	d.Browser = screen.NewBrowser(e, screen.BrowserSpec[row, detail]{
		Columns: columns(),
		ID:      func(r row) storage.ID { return r.ID },
		Row:     func(r row) []component.Cell { return cells(e, r) },
		Filter:  screen.FilterSpec{View: "deliveries", Syntax: storage.DeliveryFilter()},
		Values:  values,
		Choose:  func(f storage.Filter) screen.Chosen[row] { return choose(store, query, f) },
		Total:   d.total,

		Read:  func(ctx context.Context, id storage.ID) (detail, error) { return read(ctx, store, id) },
		Known: known,
		Needs: []string{"R", "y"},
		// A row shows the verdicts of the receipt, and is parked or not depending on the state of the webhook.
		Listed:   storage.ChangedDeliveries | storage.ChangedReceipts | storage.ChangedWebhooks,
		Detailed: storage.ChangedDeliveries | storage.ChangedReceipts | storage.ChangedWebhooks,

		Head: func(x detail, width int) []string { return head(e, x, width) },
		Tabs: []screen.Tab[detail]{
			tabLog:      {Name: "Attempts", Draw: func(page *screen.Detail, x detail) { describeLog(e, page, x) }},
			tabExchange: {Name: "Exchange", Draw: func(page *screen.Detail, x detail) { describeExchanges(e, page, x.plan.Attempts) }},
			tabPayload:  {Name: "Payload"},
		},
		Body:    payload(e),
		Share:   12,
		Welcome: func(width, height int) string { return d.welcome(width, height) },
	})
	d.List().Table.Marking = true
	return d
}

// Title returns the heading.
func (d *Screen) Title() string { return d.title }

// read reads a delivery, its event, its attempts and its receipt.
func read(ctx context.Context, store Store, id storage.ID) (d detail, err error) {
	if d.row.Delivery, err = store.Delivery(ctx, id); err != nil {
		return d, err
	}
	if d.event, err = store.Event(ctx, d.row.EventID); err != nil {
		return d, err
	}
	// The zero time, because DescribeAttempts sets the present time whenever it draws the plan.
	if d.plan, err = storage.FindPlanning(ctx, store, d.row.Delivery, time.Time{}); err != nil {
		return d, err
	}
	d.row.Receipt, err = screen.LastReceipt(ctx, store, id)
	return d, err
}

// known returns what is known about a row's delivery: all of it or, until that has been read, the row.
func known(r row, x detail, read bool) detail {
	if read {
		return x
	}
	return detail{row: r}
}

// Webhook returns the target of the selected delivery, at which f fires.
func (d *Screen) Webhook() (storage.ID, bool) {
	r, ok := d.List().Selected()
	return r.WebhookID, ok
}

// total returns how many deliveries there are, or -1 for unknown: the counts in the status are those of
// all deliveries.
func (d *Screen) total() int64 {
	if !d.all {
		return -1
	}
	total := int64(0)
	for _, n := range d.env.Status.Counts.Deliveries {
		total += n
	}
	return total
}
