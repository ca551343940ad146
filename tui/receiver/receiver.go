// Package receiver is the screen of the requests that the built-in receiver got, with its verdicts, and
// of the actions on these receipts. Start with [New].
package receiver

import (
	"context"

	"backchannel/fixtures/fire"
	"backchannel/storage"
	"backchannel/storage/export"
	"backchannel/tui/component"
	"backchannel/tui/resend"
	"backchannel/tui/screen"
	"backchannel/tui/style"
)

// Store stores the receipts, and the deliveries that led to them.
type Store interface {
	fire.ReplayStore
	fire.PlaceStore
	storage.PlanningStore
	Receipts(context.Context, storage.ReceiptQuery) ([]storage.Receipt, error)
	CountReceipts(context.Context, storage.ReceiptQuery) (int64, error)
	Delivery(context.Context, storage.ID) (storage.Delivery, error)
	keepStore
	profileStore
}

// Actions has what the screen cannot do with the store alone.
type Actions struct {
	CA string // the path of the certificate that clients of the built-in receiver must trust
	// Export writes receipts to a file. If it is nil, the screen offers no export.
	Export func(context.Context, export.Request) (export.Result, error)
	// Rules decide which URLs a receipt may be sent to.
	Rules storage.Rules
	// Resend sends the bytes and headers of a receipt to the sender's URL in one attempt. If it is nil,
	// the screen only replays through webhooks.
	Resend func(ctx context.Context, r storage.Receipt, sender storage.Webhook) (storage.Attempt, error)
}

// Screen lists the requests that the built-in receiver got, live, with its verdicts.
type Screen struct {
	*screen.Browser[storage.Receipt, detail]
	env       *screen.Env
	store     Store
	ca        string
	allChecks bool // show the checks of passed verdicts too
	body      body
	keep      keeper
	export    exporter
	replay    replayer
	resend    resend.Sender
	compare   comparer
	profiles  profiles
}

// The tabs of a receipt.
const (
	tabVerdicts = iota
	tabBody
	tabHeaders
	tabToken
	tabAttempts
)

// New returns the screen of a store's receipts.
func New(e *screen.Env, store Store, do Actions) *Screen {
	r := &Screen{
		env: e, store: store, ca: do.CA, body: body{env: e},
		keep: keeper{e, store}, export: exporter{e, do.Export}, profiles: profiles{e, store},
		replay: replayer{e, store, do.Resend}, resend: resend.Sender{Env: e, Store: store, Attempt: do.Resend, Rules: do.Rules}, compare: comparer{e, store},
	}
	r.Browser = screen.NewBrowser(e, screen.BrowserSpec[storage.Receipt, detail]{
		Columns: columns(),
		ID:      func(x storage.Receipt) storage.ID { return x.ID },
		Row:     func(x storage.Receipt) []component.Cell { return receiptRow(e, x) },
		Filter:  screen.FilterSpec{View: "receiver", Syntax: storage.ReceiptFilter()},
		Values:  values,
		Choose:  func(f storage.Filter) screen.Chosen[storage.Receipt] { return choose(store, f) },
		Total:   func() int64 { return e.Status.Counts.Receipts },

		Read:     func(ctx context.Context, id storage.ID) (detail, error) { return read(ctx, store, id) },
		Known:    known,
		Needs:    []string{"R", "y"},
		Listed:   storage.ChangedReceipts,
		Detailed: storage.ChangedReceipts | storage.ChangedDeliveries,

		Head: func(d detail, width int) []string { return receiptHead(e, d.receipt, width) },
		Tabs: []screen.Tab[detail]{
			tabVerdicts: {Name: "Verdicts", Draw: r.describeVerdicts},
			tabBody:     {Name: "Body"},
			tabHeaders:  {Name: "Headers", Draw: func(page *screen.Detail, d detail) { describeRequest(e, page, d.receipt) }},
			tabToken:    {Name: "JWT", Draw: r.describeToken},
			tabAttempts: {Name: "Attempts", Draw: func(page *screen.Detail, d detail) { describeOrigin(e, page, d) }},
		},
		Body:    screen.Body[detail]{Tab: tabBody, Content: r.body.content, Head: r.body.head},
		Share:   12,
		Welcome: func(width, height int) string { return welcome(e, width, height) },
	})
	table := &r.List().Table
	table.Marking = true
	table.Sign = func(i int) string {
		if r.List().Span.Items[i].Pinned {
			return style.Pin
		}
		return ""
	}
	return r
}

// Title returns the view's name.
func (r *Screen) Title() string { return "Receiver" }

// choose returns the source of the receipts that match a filter.
func choose(store Store, f storage.Filter) screen.Chosen[storage.Receipt] {
	return screen.Chosen[storage.Receipt]{
		Page: func(ctx context.Context, p screen.Page) ([]storage.Receipt, error) {
			return store.Receipts(ctx, storage.ReceiptQuery{Filter: f, Before: p.Before, After: p.After, Limit: p.Limit})
		},
		Count: func(ctx context.Context, before storage.ID) (int64, error) {
			return store.CountReceipts(ctx, storage.ReceiptQuery{Filter: f, Before: before})
		},
	}
}

// values returns a receipt's values of the filter's keys, to suggest them.
func values(r storage.Receipt) map[string]string {
	all := map[string]string{
		"message": r.RequestID, "identity": r.Identity, "campaign": r.Campaign, "execution": r.ExecutionID,
		"path": storage.WithoutTokens(r.Path), "code": screen.CodeValue(r.Code),
	}
	if r.DeliveryID != 0 {
		all["delivery"] = r.DeliveryID.String()
	}
	return all
}

// Webhook returns the webhook of the selected receipt, at which f fires.
func (r *Screen) Webhook() (storage.ID, bool) {
	row, ok := r.List().Selected()
	return row.WebhookID, ok && row.WebhookID != 0
}

// messageFilter returns the filter for all receipts of one request.
func messageFilter(request string) string {
	return storage.Filter{Terms: []storage.Term{{Key: "message", Value: request}}}.String()
}
