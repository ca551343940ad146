package tui

import (
	"context"
	"slices"

	"backchannel/storage"
	"backchannel/tui/component"

	tea "github.com/charmbracelet/bubbletea"
)

// deliveries shows what was fired and how it stands, each beside what the built-in
// receiver made of it.
type deliveries struct {
	shared  *shared
	list    timeline[deliveryRow]
	filter  filter
	reading query[deliveryDetail]
	wanted  storage.ID // whose detail was asked for
	detail  deliveryDetail
	tabs    tabs
	panes   component.Panes
	wide    bool // the payload has a pane of its own
}

// deliveryRow is a delivery and its last receipt, if the built-in receiver got it.
type deliveryRow struct {
	storage.Delivery
	receipt storage.Receipt // the zero Receipt: none
}

// deliveryDetail is everything about one delivery.
type deliveryDetail struct {
	row      deliveryRow
	event    storage.Event
	attempts []storage.Attempt
	tries    int                   // how many attempts the webhook's schedule has now; 0: nobody knows
	hook     storage.Webhook       // the zero Webhook: it is gone
	parked   *storage.ParkedReason // nil: it is not parked
}

// The tabs of a delivery.
const (
	tabLog = iota
	tabExchange
	tabPayload
)

func newDeliveries(s *shared) *deliveries {
	d := &deliveries{
		shared:  s,
		reading: query[deliveryDetail]{ctx: s.ctx},
		tabs:    newTabs("Attempts", "Exchange", "Payload"),
		panes:   component.Panes{Weights: []int{1, 1}},
	}
	d.tabs.viewers[tabPayload] = component.Viewer{Numbered: true, Wrapped: true}
	d.list = newTimeline(s, deliveryColumns(), timelineSource[deliveryRow]{
		page: s.deliveryPages(nil), count: s.deliveryCount(nil),
		id:  func(row deliveryRow) storage.ID { return row.ID },
		row: s.deliveryCells,
	})
	return d
}

// Title is the tab's.
func (d *deliveries) Title() string { return "Deliveries" }

// Refresh reads the list again, and the detail.
func (d *deliveries) Refresh(c storage.Change) tea.Cmd {
	if !c.Has(storage.ChangedDeliveries | storage.ChangedReceipts | storage.ChangedWebhooks) {
		return nil
	}
	cmd := d.list.refresh()
	if d.wanted == 0 {
		return cmd
	}
	return tea.Batch(cmd, d.reading.ask(d.shared.readDelivery(d.wanted)))
}

// readDelivery reads a delivery, its event, its attempts and its receipt.
func (s *shared) readDelivery(id storage.ID) func(context.Context) (deliveryDetail, error) {
	return func(ctx context.Context) (d deliveryDetail, err error) {
		if d.row.Delivery, err = s.Store.Delivery(ctx, id); err != nil {
			return d, err
		}
		if d.event, err = s.Store.Event(ctx, d.row.EventID); err != nil {
			return d, err
		}
		if d.attempts, err = s.Store.Attempts(ctx, id); err != nil {
			return d, err
		}
		if hook, err := s.Store.Webhook(ctx, d.row.WebhookID); err == nil {
			d.hook, d.tries = hook, len(hook.Delivery.Retry)+1
		}
		if d.parked, err = s.parkedReason(ctx, d.row.Delivery); err != nil {
			return d, err
		}
		d.row.receipt, err = s.lastReceipt(ctx, id)
		return d, err
	}
}

// parkedReason is what parks a delivery, if it is parked.
func (s *shared) parkedReason(ctx context.Context, d storage.Delivery) (*storage.ParkedReason, error) {
	if d.State != storage.Parked {
		return nil, nil //nolint:nilnil // nothing parks it
	}
	return storage.FindParkedReason(ctx, s.Store, d.WebhookID)
}

// lastReceipt is that of a delivery's last attempt; the zero Receipt: none.
func (s *shared) lastReceipt(ctx context.Context, of storage.ID) (storage.Receipt, error) {
	receipts, err := s.Store.ReceiptsOfDelivery(ctx, of)
	if err != nil || len(receipts) == 0 {
		return storage.Receipt{}, err
	}
	return receipts[len(receipts)-1], nil
}

// Update takes what was read, and keys for what has the focus.
func (d *deliveries) Update(msg tea.Msg) tea.Cmd {
	if cmd, fresh := d.list.take(msg); fresh {
		return tea.Batch(cmd, d.look(), d.list.trouble())
	}
	if a, fresh, cmd := d.reading.take(msg); fresh {
		if a.err != nil {
			return tea.Batch(cmd, trouble(a.err))
		}
		d.takeDetail(a.value)
		return cmd
	}
	switch msg := msg.(type) {
	case tea.KeyMsg:
		return d.key(msg)
	case themeMsg:
		d.drawPayload(false)
	}
	return nil
}

// look reads the detail of the selected delivery, if it is another one.
func (d *deliveries) look() tea.Cmd {
	id := d.list.selectedID()
	if id == d.wanted {
		return nil
	}
	d.wanted = id
	if id == 0 {
		d.detail = deliveryDetail{}
		return nil
	}
	return d.reading.restart(d.shared.readDelivery(id))
}

func (d *deliveries) takeDetail(detail deliveryDetail) {
	same := detail.row.ID == d.detail.row.ID
	d.detail = detail
	if !same {
		d.tabs.rewind()
		d.drawPayload(true)
	}
}

func (d *deliveries) drawPayload(anew bool) {
	viewer, payload := &d.tabs.viewers[tabPayload], d.detail.event.Payload
	pretty, _ := component.PrettyJSON(payload)
	lines := component.JSON(d.shared.theme, pretty)
	if anew {
		viewer.SetLines(lines)
		return
	}
	viewer.Replace(lines)
}

func (d *deliveries) key(msg tea.KeyMsg) tea.Cmd {
	switch {
	case d.filter.typing:
		return d.typeFilter(msg)
	case d.panes.Focused == paneBody:
		d.tabs.viewers[tabPayload].Key(msg)
	case d.panes.Focused == paneDetail:
		d.tabs.scroll(msg)
	default:
		if cmd, moved := d.list.key(msg); moved {
			return tea.Batch(cmd, d.look())
		}
	}
	return nil
}

func (d *deliveries) typeFilter(msg tea.KeyMsg) tea.Cmd {
	if !d.filter.key(msg) {
		return nil
	}
	return d.choose()
}

// choose shows the deliveries that the filter's words choose.
func (d *deliveries) choose() tea.Cmd {
	d.pages()
	return d.list.restart()
}

func (d *deliveries) pages() {
	chosen := readDeliveryFilter(d.filter.text())
	d.list.source.page, d.list.source.count = d.shared.deliveryPages(chosen), d.shared.deliveryCount(chosen)
}

// Busy is while rows are read, or for some keys the delivery.
func (d *deliveries) Busy(key tea.KeyMsg) bool {
	if d.filter.typing {
		return false
	}
	unread := d.reading.running && d.wanted != 0 && d.detail.row.ID != d.wanted
	return d.list.busy() || unread && key.String() == "y"
}

// Typing is while the filter takes the keys.
func (d *deliveries) Typing() bool { return d.filter.typing }

// Back leads from the filter and the detail to the list.
func (d *deliveries) Back() (tea.Cmd, bool) {
	switch {
	case !d.filter.typing && d.panes.Focused != paneList:
		d.panes.Focused = paneList
		return nil, true
	case d.filter.shown():
		givenUp := d.filter.typing
		d.filter.clear()
		d.pages()
		return d.list.unfilter(givenUp), true
	}
	return nil, false
}

// Reveal selects a delivery.
func (d *deliveries) Reveal(id storage.ID) tea.Cmd {
	var cmd tea.Cmd
	if d.filter.clear() {
		cmd = d.choose()
	}
	d.panes.Focused = paneList
	return tea.Batch(cmd, d.list.reveal(id), d.look())
}

// Webhook is the one that the selected delivery goes to.
func (d *deliveries) Webhook() (storage.ID, bool) {
	row, ok := d.list.selected()
	return row.WebhookID, ok
}

// Position says where one is in the list, and whether it moves.
func (d *deliveries) Position() string {
	total := int64(0)
	for _, n := range d.shared.status.counts.Deliveries {
		total += n
	}
	if d.filter.text() != "" {
		total = -1
	}
	return d.list.position(total)
}

// Copies are what one needs elsewhere of a delivery.
func (d *deliveries) Copies() []copyItem {
	row, ok := d.list.selected()
	if !ok {
		return nil
	}
	items := []copyItem{{"ID", row.ID.String()}, {"requestId", row.RequestID}}
	if d.detail.row.ID == row.ID {
		items = slices.Insert(items, 0, copyItem{"payload", string(d.detail.event.Payload)})
	}
	if row.Error != "" {
		items = append(items, copyItem{"error", d.shared.told(row.Error, row.CreatedAt)})
	}
	return items
}
