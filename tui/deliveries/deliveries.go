// Package deliveries is the screen that shows what was fired and how it stands. Begin with
// [New].
package deliveries

import (
	"context"
	"slices"

	"backchannel/storage"
	"backchannel/tui/component"
	"backchannel/tui/screen"

	tea "github.com/charmbracelet/bubbletea"
)

// Store keeps the deliveries, and what is known of each.
type Store interface {
	storage.ParkedStore
	Event(context.Context, storage.ID) (storage.Event, error)
	Delivery(context.Context, storage.ID) (storage.Delivery, error)
	Deliveries(context.Context, storage.DeliveryQuery) ([]storage.Delivery, error)
	CountDeliveries(context.Context, storage.DeliveryQuery) (int64, error)
	Attempts(context.Context, storage.ID) ([]storage.Attempt, error)
	ReceiptsOfDelivery(context.Context, storage.ID) ([]storage.Receipt, error)
	ReplayDelivery(context.Context, storage.ID) (storage.Delivery, error)
	RetryDelivery(context.Context, storage.ID) error
	CancelDelivery(context.Context, storage.ID) error
}

// common is what the screen and its queries have.
type common struct {
	*screen.Env
	Store Store
}

// Screen shows what was fired and how it stands, each beside what the built-in
// receiver made of it.
type Screen struct {
	shared  *common
	List    screen.Timeline[row]
	filter  screen.Filter
	reading screen.Query[detail]
	wanted  storage.ID // whose detail was asked for
	detail  detail
	tabs    screen.Tabs
	panes   component.Panes
	wide    bool // the payload has a pane of its own
}

// row is a delivery and its last receipt, if the built-in receiver got it.
type row struct {
	storage.Delivery
	Receipt storage.Receipt // the zero Receipt: none
}

// detail is everything about one delivery.
type detail struct {
	row      row
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

// New shows what a store has.
func New(e *screen.Env, store Store) *Screen {
	s := &common{Env: e, Store: store}
	d := &Screen{
		shared:  s,
		reading: screen.Query[detail]{Ctx: s.Context},
		tabs:    screen.NewTabs("Attempts", "Exchange", "Payload"),
		panes:   component.Panes{Weights: []int{1, 1}},
	}
	d.tabs.Viewers[tabPayload] = component.Viewer{Numbered: true, Wrapped: true}
	d.List = screen.NewTimeline(s.Env, columns(), screen.TimelineSource[row]{
		Page: s.deliveryPages(nil), Count: s.deliveryCount(nil),
		ID:  func(row row) storage.ID { return row.ID },
		Row: func(row row) []component.Cell { return cells(s.Env, row) },
	})
	return d
}

// Title is the tab's.
func (d *Screen) Title() string { return "Deliveries" }

// Refresh reads the list again, and the detail.
func (d *Screen) Refresh(c storage.Change) tea.Cmd {
	if !c.Has(storage.ChangedDeliveries | storage.ChangedReceipts | storage.ChangedWebhooks) {
		return nil
	}
	cmd := d.List.Refresh()
	if d.wanted == 0 {
		return cmd
	}
	return tea.Batch(cmd, d.reading.Ask(d.shared.readDelivery(d.wanted)))
}

// readDelivery reads a delivery, its event, its attempts and its receipt.
func (s *common) readDelivery(id storage.ID) func(context.Context) (detail, error) {
	return func(ctx context.Context) (d detail, err error) {
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
		d.row.Receipt, err = screen.LastReceipt(ctx, s.Store, id)
		return d, err
	}
}

// Update takes what was read, and keys for what has the focus.
func (d *Screen) Update(msg tea.Msg) tea.Cmd {
	if cmd, fresh := d.List.Take(msg); fresh {
		return tea.Batch(cmd, d.readSelected(), d.List.Trouble())
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

// readSelected reads the detail of the selected delivery, if it is another one.
func (d *Screen) readSelected() tea.Cmd {
	id := d.List.SelectedID()
	if id == d.wanted {
		return nil
	}
	d.wanted = id
	if id == 0 {
		d.detail = detail{}
		return nil
	}
	return d.reading.Restart(d.shared.readDelivery(id))
}

func (d *Screen) takeDetail(detail detail) {
	same := detail.row.ID == d.detail.row.ID
	d.detail = detail
	if !same {
		d.tabs.Rewind()
		d.drawPayload(true)
	}
}

func (d *Screen) drawPayload(anew bool) {
	viewer, payload := &d.tabs.Viewers[tabPayload], d.detail.event.Payload
	pretty, _ := component.PrettyJSON(payload)
	lines := component.JSON(d.shared.Theme, pretty)
	if anew {
		viewer.SetLines(lines)
		return
	}
	viewer.Replace(lines)
}

func (d *Screen) key(msg tea.KeyMsg) tea.Cmd {
	switch {
	case d.filter.Typing:
		return d.typeFilter(msg)
	case d.panes.Focused == screen.PaneBody:
		d.tabs.Viewers[tabPayload].Key(msg)
	case d.panes.Focused == screen.PaneDetail:
		d.tabs.Scroll(msg)
	default:
		if cmd, moved := d.List.Press(msg); moved {
			return tea.Batch(cmd, d.readSelected())
		}
	}
	return nil
}

func (d *Screen) typeFilter(msg tea.KeyMsg) tea.Cmd {
	if !d.filter.Key(msg) {
		return nil
	}
	return d.choose()
}

// choose shows the deliveries that the filter's words choose.
func (d *Screen) choose() tea.Cmd {
	d.pages()
	return d.List.Restart()
}

func (d *Screen) pages() {
	chosen := readFilter(d.filter.Text())
	d.List.Source.Page, d.List.Source.Count = d.shared.deliveryPages(chosen), d.shared.deliveryCount(chosen)
}

// Busy is while rows are read, or for some keys the delivery.
func (d *Screen) Busy(key tea.KeyMsg) bool {
	if d.filter.Typing {
		return false
	}
	unread := d.reading.Running && d.wanted != 0 && d.detail.row.ID != d.wanted
	return d.List.Busy() || unread && key.String() == "y"
}

// Typing is while the filter takes the keys.
func (d *Screen) Typing() bool { return d.filter.Typing }

// Back leads from the filter and the detail to the list.
func (d *Screen) Back() (tea.Cmd, bool) {
	switch {
	case !d.filter.Typing && d.panes.Focused != screen.PaneList:
		d.panes.Focused = screen.PaneList
		return nil, true
	case d.filter.Shown():
		givenUp := d.filter.Typing
		d.filter.Clear()
		d.pages()
		return d.List.Unfilter(givenUp), true
	}
	return nil, false
}

// Reveal selects a delivery.
func (d *Screen) Reveal(id storage.ID) tea.Cmd {
	var cmd tea.Cmd
	if d.filter.Clear() {
		cmd = d.choose()
	}
	d.panes.Focused = screen.PaneList
	return tea.Batch(cmd, d.List.Reveal(id), d.readSelected())
}

// Webhook is the one that the selected delivery goes to.
func (d *Screen) Webhook() (storage.ID, bool) {
	row, ok := d.List.Selected()
	return row.WebhookID, ok
}

// Position says where one is in the list, and whether it moves.
func (d *Screen) Position() string {
	total := int64(0)
	for _, n := range d.shared.Status.Counts.Deliveries {
		total += n
	}
	if d.filter.Text() != "" {
		total = -1
	}
	return d.List.Position(total)
}

// Copies are what one needs elsewhere of a delivery.
func (d *Screen) Copies() []screen.CopyItem {
	row, ok := d.List.Selected()
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
