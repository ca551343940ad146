package tui

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"backchannel/storage"
	"backchannel/storage/export"
	"backchannel/tui/component"
	"backchannel/tui/style"

	tea "github.com/charmbracelet/bubbletea"
)

// receiver shows what the built-in receiver got, live, and what it thought of it.
type receiver struct {
	shared    *shared
	list      timeline[storage.Receipt]
	filter    filter
	chosen    storage.Filter // what the filter's text means
	reading   query[receiptDetail]
	wanted    storage.ID // whose detail was asked for
	detail    receiptDetail
	tabs      tabs
	panes     component.Panes
	wide      bool // the body has a pane of its own
	raw       bool // the body as it came
	allChecks bool // those of passed verdicts too
}

// paneBody stands beside list and detail where there is room.
const paneBody = 2

// The tabs of a receipt.
const (
	tabVerdicts = iota
	tabBody
	tabHeaders
	tabAttempts
)

func newReceiver(s *shared) *receiver {
	r := &receiver{
		shared:  s,
		reading: query[receiptDetail]{ctx: s.ctx},
		tabs:    newTabs("Verdicts", "Body", "Headers", "Attempts"),
		panes:   component.Panes{Weights: []int{1, 1}},
	}
	r.tabs.viewers[tabBody] = component.Viewer{Numbered: true, Wrapped: true}
	r.list = newTimeline(s, receiptColumns(), timelineSource[storage.Receipt]{
		page: s.receiptPages(storage.Filter{}), count: s.receiptCount(storage.Filter{}),
		id:  func(x storage.Receipt) storage.ID { return x.ID },
		row: func(x storage.Receipt) []component.Cell { return s.receiptRow(x) },
	})
	r.list.table.Marking = true
	r.list.table.Sign = func(i int) string {
		if r.list.span.items[i].Pinned {
			return style.Pin
		}
		return ""
	}
	return r
}

// Title is the tab's.
func (r *receiver) Title() string { return "Receiver" }

// receiptPages reads pages of the receipts that a filter chooses.
func (s *shared) receiptPages(f storage.Filter) func(context.Context, page) ([]storage.Receipt, error) {
	return func(ctx context.Context, p page) ([]storage.Receipt, error) {
		return s.Store.Receipts(ctx, storage.ReceiptQuery{Filter: f, Before: p.before, After: p.after, Limit: p.limit})
	}
}

// receiptCount counts those of them that came before one.
func (s *shared) receiptCount(f storage.Filter) func(context.Context, storage.ID) (int64, error) {
	return func(ctx context.Context, before storage.ID) (int64, error) {
		return s.Store.CountReceipts(ctx, storage.ReceiptQuery{Filter: f, Before: before})
	}
}

// Refresh reads the list again, and the detail when it may have changed.
func (r *receiver) Refresh(c storage.Change) tea.Cmd {
	var cmds []tea.Cmd
	if c.Has(storage.ChangedReceipts) {
		cmds = append(cmds, r.list.refresh())
	}
	if c.Has(storage.ChangedReceipts|storage.ChangedDeliveries) && r.wanted != 0 {
		cmds = append(cmds, r.reading.ask(r.shared.readReceipt(r.wanted)))
	}
	return tea.Batch(cmds...)
}

// Update takes what was read, and keys for what has the focus.
func (r *receiver) Update(msg tea.Msg) tea.Cmd {
	if cmd, fresh := r.list.take(msg); fresh {
		return tea.Batch(cmd, r.look(), r.list.trouble())
	}
	if a, fresh, cmd := r.reading.take(msg); fresh {
		if a.err != nil {
			return tea.Batch(cmd, trouble(a.err))
		}
		r.takeDetail(a.value)
		return cmd
	}
	switch msg := msg.(type) {
	case tea.KeyMsg:
		return r.key(msg)
	case themeMsg:
		r.drawBody(false)
	case diffMsg:
		return r.shared.showDiff(msg)
	case profileMsg:
		return r.shared.offerProfiles(msg)
	case placesMsg:
		return r.shared.offerPlaces(msg)
	case exportTakenMsg:
		return r.shared.askReplace(msg)
	}
	return nil
}

// look reads the detail of the selected receipt, if it is another one.
func (r *receiver) look() tea.Cmd {
	id := r.list.selectedID()
	if id == r.wanted {
		return nil
	}
	r.wanted = id
	if id == 0 {
		r.detail = receiptDetail{}
		return nil
	}
	return r.reading.restart(r.shared.readReceipt(id))
}

func (r *receiver) takeDetail(d receiptDetail) {
	same := d.receipt.ID == r.detail.receipt.ID
	r.detail = d
	if !same {
		r.tabs.rewind()
	}
	r.drawBody(!same)
}

func (r *receiver) key(msg tea.KeyMsg) tea.Cmd {
	switch {
	case r.filter.typing:
		return r.typeFilter(msg)
	case r.panes.Focused == paneBody:
		r.tabs.viewers[tabBody].Key(msg)
	case r.panes.Focused == paneDetail && r.tabs.scroll(msg):
	case r.panes.Focused == paneList:
		if cmd, moved := r.list.key(msg); moved {
			return tea.Batch(cmd, r.look())
		}
	}
	return nil
}

// typeFilter filters while one types, as long as what is typed can be read.
func (r *receiver) typeFilter(msg tea.KeyMsg) tea.Cmd {
	if msg.Type == tea.KeyEnter && r.filter.wrong != "" || !r.filter.key(msg) {
		return nil
	}
	chosen, err := storage.ParseFilter(r.filter.text(), r.shared.Now())
	if err != nil {
		var at *storage.FilterError
		if errors.As(err, &at) {
			r.filter.column = at.Column
		}
		r.filter.wrong = err.Error()
		return nil
	}
	r.filter.wrong, r.filter.column = "", 0
	return r.choose(chosen)
}

// choose shows the receipts that a filter chooses.
func (r *receiver) choose(chosen storage.Filter) tea.Cmd {
	r.pages(chosen)
	return r.list.restart()
}

func (r *receiver) pages(chosen storage.Filter) {
	r.chosen = chosen
	r.list.source.page, r.list.source.count = r.shared.receiptPages(chosen), r.shared.receiptCount(chosen)
}

// Busy is while rows are read, or for some keys the receipt.
func (r *receiver) Busy(key tea.KeyMsg) bool {
	if r.filter.typing {
		return false
	}
	unread := r.reading.running && r.wanted != 0 && r.detail.receipt.ID != r.wanted
	return r.list.busy() || unread && (key.String() == "R" || key.String() == "y")
}

// Typing is while the filter takes the keys.
func (r *receiver) Typing() bool { return r.filter.typing }

// Back leads from the filter and the detail to the list.
func (r *receiver) Back() (tea.Cmd, bool) {
	switch {
	case !r.filter.typing && r.panes.Focused != paneList:
		r.panes.Focused = paneList
		return nil, true
	case r.filter.shown():
		givenUp := r.filter.typing
		r.filter.clear()
		r.pages(storage.Filter{})
		return r.list.unfilter(givenUp), true
	}
	return nil, false
}

// Reveal selects a receipt.
func (r *receiver) Reveal(id storage.ID) tea.Cmd {
	var cmd tea.Cmd
	if r.filter.clear() {
		cmd = r.choose(storage.Filter{})
	}
	r.panes.Focused = paneList
	return tea.Batch(cmd, r.list.reveal(id), r.look())
}

// Webhook is the one that the selected receipt was for.
func (r *receiver) Webhook() (storage.ID, bool) {
	row, ok := r.list.selected()
	return row.WebhookID, ok && row.WebhookID != 0
}

// Position says where one is in the list, and whether it moves.
func (r *receiver) Position() string {
	total := r.shared.status.counts.Receipts
	if len(r.chosen.Terms) > 0 {
		total = -1
	}
	text := r.list.position(total)
	if marked := len(r.list.table.Marked()); marked > 0 {
		return fmt.Sprintf("%d marked   %s", marked, text)
	}
	return text
}

// Copies are what one needs elsewhere of a receipt.
func (r *receiver) Copies() []copyItem {
	x := r.detail.receipt
	if x.ID == 0 || x.ID != r.list.selectedID() {
		return nil
	}
	items := []copyItem{{"body", string(x.Body)}, {"ID", x.ID.String()}, {"SHA-256", x.SHA256}, {"path", storage.WithoutTokens(x.Path)}}
	if base := r.shared.status.receiverURL(); base != "" && strings.HasPrefix(x.Path, "/") {
		items = append(items,
			copyItem{"URL of the receiver as it is now", base + storage.WithoutTokens(x.Path)},
			copyItem{"curl command for the receiver as it is now, without secrets", export.CurlCommand(x, base, r.shared.CA)})
	}
	if x.RequestID != "" {
		items = append(items, copyItem{"requestId", x.RequestID}, copyItem{"filter for this message", messageFilter(x.RequestID)})
	}
	if x.DeliveryID != 0 {
		items = append(items, copyItem{"delivery ID", x.DeliveryID.String()})
	}
	return items
}

// messageFilter chooses all receipts of one request.
func messageFilter(request string) string {
	return storage.Filter{Terms: []storage.Term{{Key: "message", Value: request}}}.String()
}
