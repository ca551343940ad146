// Package receiver is the screen that shows what the built-in receiver got and what it thought
// of it, and what is done with receipts. Begin with [New].
package receiver

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"backchannel/fixtures/fire"
	"backchannel/storage"
	"backchannel/storage/export"
	"backchannel/tui/component"
	"backchannel/tui/screen"
	"backchannel/tui/style"

	tea "github.com/charmbracelet/bubbletea"
)

// Store keeps the receipts, and the deliveries behind them.
type Store interface {
	fire.ReplayStore
	fire.PlaceStore
	Receipts(context.Context, storage.ReceiptQuery) ([]storage.Receipt, error)
	CountReceipts(context.Context, storage.ReceiptQuery) (int64, error)
	Delivery(context.Context, storage.ID) (storage.Delivery, error)
	Attempts(context.Context, storage.ID) ([]storage.Attempt, error)
	NoteReceipt(ctx context.Context, id storage.ID, text string) error
	SaveFixture(context.Context, storage.SavedFixture) error
	PinReceipt(ctx context.Context, id storage.ID, pinned bool) error
	// ClearReceipts removes all but the pinned ones.
	ClearReceipts(context.Context) (removed int64, err error)
	Profile(ctx context.Context, webhook storage.ID) (storage.Profile, error)
	SetProfile(ctx context.Context, webhook storage.ID, p storage.Profile) error
}

// Actions is what is done with receipts outside of the store.
type Actions struct {
	CA string // path of the certificate by which clients are to trust the built-in receiver
	// Export writes receipts to a file. Without it none is offered.
	Export func(context.Context, export.Request) (export.Result, error)
	// Resend sends the bytes of a receipt to a URL in one attempt, with the headers that
	// they came with. Without it that is not offered.
	Resend func(ctx context.Context, r storage.Receipt, to string) (storage.Attempt, error)
}

// common is what the screen and its forms have.
type common struct {
	*screen.Env
	Store Store
	Actions
}

// Screen shows what the built-in receiver got, live, and what it thought of it.
type Screen struct {
	shared    *common
	list      screen.Timeline[storage.Receipt]
	filter    screen.Filter
	chosen    storage.Filter // what the filter's text means
	reading   screen.Query[detail]
	wanted    storage.ID // whose detail was asked for
	detail    detail
	tabs      screen.Tabs
	Panes     component.Panes
	wide      bool // the body has a pane of its own
	raw       bool // the body as it came
	allChecks bool // those of passed verdicts too
}

// The tabs of a receipt.
const (
	tabVerdicts = iota
	tabBody
	tabHeaders
	tabAttempts
)

// New shows what a store has. do is what the receipts are handed to.
func New(e *screen.Env, store Store, do Actions) *Screen {
	s := &common{Env: e, Store: store, Actions: do}
	r := &Screen{
		shared:  s,
		reading: screen.Query[detail]{Ctx: s.Context},
		tabs:    screen.NewTabs("Verdicts", "Body", "Headers", "Attempts"),
		Panes:   component.Panes{Weights: []int{1, 1}},
	}
	r.tabs.Viewers[tabBody] = component.Viewer{Numbered: true, Wrapped: true}
	r.list = screen.NewTimeline(s.Env, columns(), screen.TimelineSource[storage.Receipt]{
		Page: s.receiptPages(storage.Filter{}), Count: s.receiptCount(storage.Filter{}),
		ID:  func(x storage.Receipt) storage.ID { return x.ID },
		Row: func(x storage.Receipt) []component.Cell { return receiptRow(s.Env, x) },
	})
	r.list.Table.Marking = true
	r.list.Table.Sign = func(i int) string {
		if r.list.Span.Items[i].Pinned {
			return style.Pin
		}
		return ""
	}
	return r
}

// List is the list of receipts.
func (r *Screen) List() *screen.Timeline[storage.Receipt] { return &r.list }

// Title is the tab's.
func (r *Screen) Title() string { return "Receiver" }

// receiptPages reads pages of the receipts that a filter chooses.
func (s *common) receiptPages(f storage.Filter) func(context.Context, screen.Page) ([]storage.Receipt, error) {
	return func(ctx context.Context, p screen.Page) ([]storage.Receipt, error) {
		return s.Store.Receipts(ctx, storage.ReceiptQuery{Filter: f, Before: p.Before, After: p.After, Limit: p.Limit})
	}
}

// receiptCount counts those of them that came before one.
func (s *common) receiptCount(f storage.Filter) func(context.Context, storage.ID) (int64, error) {
	return func(ctx context.Context, before storage.ID) (int64, error) {
		return s.Store.CountReceipts(ctx, storage.ReceiptQuery{Filter: f, Before: before})
	}
}

// Refresh reads the list again, and the detail when it may have changed.
func (r *Screen) Refresh(c storage.Change) tea.Cmd {
	var cmds []tea.Cmd
	if c.Has(storage.ChangedReceipts) {
		cmds = append(cmds, r.list.Refresh())
	}
	if c.Has(storage.ChangedReceipts|storage.ChangedDeliveries) && r.wanted != 0 {
		cmds = append(cmds, r.reading.Ask(r.shared.readReceipt(r.wanted)))
	}
	return tea.Batch(cmds...)
}

// Update takes what was read, and keys for what has the focus.
func (r *Screen) Update(msg tea.Msg) tea.Cmd {
	if cmd, fresh := r.list.Take(msg); fresh {
		return tea.Batch(cmd, r.readSelected(), r.list.Trouble())
	}
	if a, fresh, cmd := r.reading.Take(msg); fresh {
		if a.Err != nil {
			return tea.Batch(cmd, screen.ReadTrouble(a.Err))
		}
		r.takeDetail(a.Value)
		return cmd
	}
	switch msg := msg.(type) {
	case tea.KeyMsg:
		return r.key(msg)
	case screen.ThemeMsg:
		r.drawBody(false)
	case diffMsg:
		return showDiff(r.shared.Env, msg)
	case profileMsg:
		return r.shared.offerProfiles(msg)
	case placesMsg:
		return r.shared.offerPlaces(msg)
	case exportTakenMsg:
		return r.shared.askReplace(msg)
	}
	return nil
}

// readSelected reads the detail of the selected receipt, if it is another one.
func (r *Screen) readSelected() tea.Cmd {
	id := r.list.SelectedID()
	if id == r.wanted {
		return nil
	}
	r.wanted = id
	if id == 0 {
		r.detail = detail{}
		return nil
	}
	return r.reading.Restart(r.shared.readReceipt(id))
}

func (r *Screen) takeDetail(d detail) {
	same := d.receipt.ID == r.detail.receipt.ID
	r.detail = d
	if !same {
		r.tabs.Rewind()
	}
	r.drawBody(!same)
}

func (r *Screen) key(msg tea.KeyMsg) tea.Cmd {
	switch {
	case r.filter.Typing:
		return r.typeFilter(msg)
	case r.Panes.Focused == screen.PaneBody:
		r.tabs.Viewers[tabBody].Key(msg)
	case r.Panes.Focused == screen.PaneDetail && r.tabs.Scroll(msg):
	case r.Panes.Focused == screen.PaneList:
		if cmd, moved := r.list.Press(msg); moved {
			return tea.Batch(cmd, r.readSelected())
		}
	}
	return nil
}

// typeFilter filters while one types, as long as what is typed can be read.
func (r *Screen) typeFilter(msg tea.KeyMsg) tea.Cmd {
	if msg.Type == tea.KeyEnter && r.filter.Wrong != "" || !r.filter.Key(msg) {
		return nil
	}
	chosen, err := storage.ReceiptFilter().Parse(r.filter.Text(), r.shared.Now())
	if err != nil {
		var at *storage.FilterError
		if errors.As(err, &at) {
			r.filter.Column = at.Column
		}
		r.filter.Wrong = err.Error()
		return nil
	}
	r.filter.Wrong, r.filter.Column = "", 0
	return r.choose(chosen)
}

// choose shows the receipts that a filter chooses.
func (r *Screen) choose(chosen storage.Filter) tea.Cmd {
	r.pages(chosen)
	return r.list.Restart()
}

func (r *Screen) pages(chosen storage.Filter) {
	r.chosen = chosen
	r.list.Source.Page, r.list.Source.Count = r.shared.receiptPages(chosen), r.shared.receiptCount(chosen)
}

// Busy is while rows are read, or for some keys the receipt.
func (r *Screen) Busy(key tea.KeyMsg) bool {
	if r.filter.Typing {
		return false
	}
	unread := r.reading.Running && r.wanted != 0 && r.detail.receipt.ID != r.wanted
	return r.list.Busy() || unread && (key.String() == "R" || key.String() == "y")
}

// Typing is while the filter takes the keys.
func (r *Screen) Typing() bool { return r.filter.Typing }

// Back leads from the filter and the detail to the list.
func (r *Screen) Back() (tea.Cmd, bool) {
	switch {
	case !r.filter.Typing && r.Panes.Focused != screen.PaneList:
		r.Panes.Focused = screen.PaneList
		return nil, true
	case r.filter.Shown():
		givenUp := r.filter.Typing
		r.filter.Clear()
		r.pages(storage.Filter{})
		return r.list.Unfilter(givenUp), true
	}
	return nil, false
}

// Reveal selects a receipt.
func (r *Screen) Reveal(id storage.ID) tea.Cmd {
	var cmd tea.Cmd
	if r.filter.Clear() {
		cmd = r.choose(storage.Filter{})
	}
	r.Panes.Focused = screen.PaneList
	return tea.Batch(cmd, r.list.Reveal(id), r.readSelected())
}

// Webhook is the one that the selected receipt was for.
func (r *Screen) Webhook() (storage.ID, bool) {
	row, ok := r.list.Selected()
	return row.WebhookID, ok && row.WebhookID != 0
}

// Position says where one is in the list, and whether it moves.
func (r *Screen) Position() string {
	total := r.shared.Status.Counts.Receipts
	if len(r.chosen.Terms) > 0 {
		total = -1
	}
	text := r.list.Position(total)
	if marked := len(r.list.Table.Marked()); marked > 0 {
		return fmt.Sprintf("%d marked   %s", marked, text)
	}
	return text
}

// Copies are what one needs elsewhere of a receipt.
func (r *Screen) Copies() []screen.CopyItem {
	x := r.detail.receipt
	if x.ID == 0 || x.ID != r.list.SelectedID() {
		return nil
	}
	items := []screen.CopyItem{{Label: "body", Text: string(x.Body)}, {Label: "ID", Text: x.ID.String()}, {Label: "SHA-256", Text: x.SHA256}, {Label: "path", Text: storage.WithoutTokens(x.Path)}}
	if base := r.shared.Status.ReceiverURL(); base != "" && strings.HasPrefix(x.Path, "/") {
		items = append(items,
			screen.CopyItem{Label: "URL of the receiver as it is now", Text: base + storage.WithoutTokens(x.Path)},
			screen.CopyItem{Label: "curl command for the receiver as it is now, without secrets", Text: export.CurlCommand(x, base, r.shared.CA)})
	}
	if x.RequestID != "" {
		items = append(items, screen.CopyItem{Label: "requestId", Text: x.RequestID}, screen.CopyItem{Label: "filter for this message", Text: messageFilter(x.RequestID)})
	}
	if x.DeliveryID != 0 {
		items = append(items, screen.CopyItem{Label: "delivery ID", Text: x.DeliveryID.String()})
	}
	return items
}

// messageFilter chooses all receipts of one request.
func messageFilter(request string) string {
	return storage.Filter{Terms: []storage.Term{{Key: "message", Value: request}}}.String()
}
