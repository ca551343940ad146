package tui

import (
	"context"
	"slices"

	"backchannel/storage"
	"backchannel/tui/component"
	"backchannel/tui/screen"

	tea "github.com/charmbracelet/bubbletea"
)

// deliveries shows what was fired and how it stands, each beside what the built-in
// receiver made of it.
type deliveries struct {
	shared  *shared
	list    screen.Timeline[deliveryRow]
	filter  screen.Filter
	reading screen.Query[deliveryDetail]
	wanted  storage.ID // whose detail was asked for
	detail  deliveryDetail
	tabs    screen.Tabs
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
		reading: screen.Query[deliveryDetail]{Ctx: s.Context},
		tabs:    screen.NewTabs("Attempts", "Exchange", "Payload"),
		panes:   component.Panes{Weights: []int{1, 1}},
	}
	d.tabs.Viewers[tabPayload] = component.Viewer{Numbered: true, Wrapped: true}
	d.list = screen.NewTimeline(s.Env, deliveryColumns(), screen.TimelineSource[deliveryRow]{
		Page: s.deliveryPages(nil), Count: s.deliveryCount(nil),
		ID:  func(row deliveryRow) storage.ID { return row.ID },
		Row: func(row deliveryRow) []component.Cell { return deliveryCells(s.Env, row) },
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
	cmd := d.list.Refresh()
	if d.wanted == 0 {
		return cmd
	}
	return tea.Batch(cmd, d.reading.Ask(d.shared.readDelivery(d.wanted)))
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
		if d.parked, err = screen.ParkedReason(ctx, s.Store, d.row.Delivery); err != nil {
			return d, err
		}
		d.row.receipt, err = screen.LastReceipt(ctx, s.Store, id)
		return d, err
	}
}

// Update takes what was read, and keys for what has the focus.
func (d *deliveries) Update(msg tea.Msg) tea.Cmd {
	if cmd, fresh := d.list.Take(msg); fresh {
		return tea.Batch(cmd, d.look(), d.list.Trouble())
	}
	if a, fresh, cmd := d.reading.Take(msg); fresh {
		if a.Err != nil {
			return tea.Batch(cmd, screen.ReadTrouble(a.Err))
		}
		d.takeDetail(a.Value)
		return cmd
	}
	switch msg := msg.(type) {
	case tea.KeyMsg:
		return d.key(msg)
	case screen.ThemeMsg:
		d.drawPayload(false)
	}
	return nil
}

// look reads the detail of the selected delivery, if it is another one.
func (d *deliveries) look() tea.Cmd {
	id := d.list.SelectedID()
	if id == d.wanted {
		return nil
	}
	d.wanted = id
	if id == 0 {
		d.detail = deliveryDetail{}
		return nil
	}
	return d.reading.Restart(d.shared.readDelivery(id))
}

func (d *deliveries) takeDetail(detail deliveryDetail) {
	same := detail.row.ID == d.detail.row.ID
	d.detail = detail
	if !same {
		d.tabs.Rewind()
		d.drawPayload(true)
	}
}

func (d *deliveries) drawPayload(anew bool) {
	viewer, payload := &d.tabs.Viewers[tabPayload], d.detail.event.Payload
	pretty, _ := component.PrettyJSON(payload)
	lines := component.JSON(d.shared.Theme, pretty)
	if anew {
		viewer.SetLines(lines)
		return
	}
	viewer.Replace(lines)
}

func (d *deliveries) key(msg tea.KeyMsg) tea.Cmd {
	switch {
	case d.filter.Typing:
		return d.typeFilter(msg)
	case d.panes.Focused == screen.PaneBody:
		d.tabs.Viewers[tabPayload].Key(msg)
	case d.panes.Focused == screen.PaneDetail:
		d.tabs.Scroll(msg)
	default:
		if cmd, moved := d.list.Press(msg); moved {
			return tea.Batch(cmd, d.look())
		}
	}
	return nil
}

func (d *deliveries) typeFilter(msg tea.KeyMsg) tea.Cmd {
	if !d.filter.Key(msg) {
		return nil
	}
	return d.choose()
}

// choose shows the deliveries that the filter's words choose.
func (d *deliveries) choose() tea.Cmd {
	d.pages()
	return d.list.Restart()
}

func (d *deliveries) pages() {
	chosen := readDeliveryFilter(d.filter.Text())
	d.list.Source.Page, d.list.Source.Count = d.shared.deliveryPages(chosen), d.shared.deliveryCount(chosen)
}

// Busy is while rows are read, or for some keys the delivery.
func (d *deliveries) Busy(key tea.KeyMsg) bool {
	if d.filter.Typing {
		return false
	}
	unread := d.reading.Running && d.wanted != 0 && d.detail.row.ID != d.wanted
	return d.list.Busy() || unread && key.String() == "y"
}

// Typing is while the filter takes the keys.
func (d *deliveries) Typing() bool { return d.filter.Typing }

// Back leads from the filter and the detail to the list.
func (d *deliveries) Back() (tea.Cmd, bool) {
	switch {
	case !d.filter.Typing && d.panes.Focused != screen.PaneList:
		d.panes.Focused = screen.PaneList
		return nil, true
	case d.filter.Shown():
		givenUp := d.filter.Typing
		d.filter.Clear()
		d.pages()
		return d.list.Unfilter(givenUp), true
	}
	return nil, false
}

// Reveal selects a delivery.
func (d *deliveries) Reveal(id storage.ID) tea.Cmd {
	var cmd tea.Cmd
	if d.filter.Clear() {
		cmd = d.choose()
	}
	d.panes.Focused = screen.PaneList
	return tea.Batch(cmd, d.list.Reveal(id), d.look())
}

// Webhook is the one that the selected delivery goes to.
func (d *deliveries) Webhook() (storage.ID, bool) {
	row, ok := d.list.Selected()
	return row.WebhookID, ok
}

// Position says where one is in the list, and whether it moves.
func (d *deliveries) Position() string {
	total := int64(0)
	for _, n := range d.shared.Status.Counts.Deliveries {
		total += n
	}
	if d.filter.Text() != "" {
		total = -1
	}
	return d.list.Position(total)
}

// Copies are what one needs elsewhere of a delivery.
func (d *deliveries) Copies() []screen.CopyItem {
	row, ok := d.list.Selected()
	if !ok {
		return nil
	}
	items := []screen.CopyItem{{Label: "ID", Text: row.ID.String()}, {Label: "requestId", Text: row.RequestID}}
	if d.detail.row.ID == row.ID {
		items = slices.Insert(items, 0, screen.CopyItem{Label: "payload", Text: string(d.detail.event.Payload)})
	}
	if row.Error != "" {
		items = append(items, screen.CopyItem{Label: "error", Text: d.shared.Translate(row.Error, row.CreatedAt)})
	}
	return items
}
