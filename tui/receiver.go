package tui

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"backchannel/storage"
	"backchannel/storage/export"
	"backchannel/tui/component"
	"backchannel/tui/screen"
	"backchannel/tui/style"

	tea "github.com/charmbracelet/bubbletea"
)

// receiver shows what the built-in receiver got, live, and what it thought of it.
type receiver struct {
	shared    *shared
	list      screen.Timeline[storage.Receipt]
	filter    screen.Filter
	chosen    storage.Filter // what the filter's text means
	reading   screen.Query[receiptDetail]
	wanted    storage.ID // whose detail was asked for
	detail    receiptDetail
	tabs      screen.Tabs
	panes     component.Panes
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

func newReceiver(s *shared) *receiver {
	r := &receiver{
		shared:  s,
		reading: screen.Query[receiptDetail]{Ctx: s.Context},
		tabs:    screen.NewTabs("Verdicts", "Body", "Headers", "Attempts"),
		panes:   component.Panes{Weights: []int{1, 1}},
	}
	r.tabs.Viewers[tabBody] = component.Viewer{Numbered: true, Wrapped: true}
	r.list = screen.NewTimeline(s.Env, receiptColumns(), screen.TimelineSource[storage.Receipt]{
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

// Title is the tab's.
func (r *receiver) Title() string { return "Receiver" }

// receiptPages reads pages of the receipts that a filter chooses.
func (s *shared) receiptPages(f storage.Filter) func(context.Context, screen.Page) ([]storage.Receipt, error) {
	return func(ctx context.Context, p screen.Page) ([]storage.Receipt, error) {
		return s.Store.Receipts(ctx, storage.ReceiptQuery{Filter: f, Before: p.Before, After: p.After, Limit: p.Limit})
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
		cmds = append(cmds, r.list.Refresh())
	}
	if c.Has(storage.ChangedReceipts|storage.ChangedDeliveries) && r.wanted != 0 {
		cmds = append(cmds, r.reading.Ask(r.shared.readReceipt(r.wanted)))
	}
	return tea.Batch(cmds...)
}

// Update takes what was read, and keys for what has the focus.
func (r *receiver) Update(msg tea.Msg) tea.Cmd {
	if cmd, fresh := r.list.Take(msg); fresh {
		return tea.Batch(cmd, r.look(), r.list.Trouble())
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

// look reads the detail of the selected receipt, if it is another one.
func (r *receiver) look() tea.Cmd {
	id := r.list.SelectedID()
	if id == r.wanted {
		return nil
	}
	r.wanted = id
	if id == 0 {
		r.detail = receiptDetail{}
		return nil
	}
	return r.reading.Restart(r.shared.readReceipt(id))
}

func (r *receiver) takeDetail(d receiptDetail) {
	same := d.receipt.ID == r.detail.receipt.ID
	r.detail = d
	if !same {
		r.tabs.Rewind()
	}
	r.drawBody(!same)
}

func (r *receiver) key(msg tea.KeyMsg) tea.Cmd {
	switch {
	case r.filter.Typing:
		return r.typeFilter(msg)
	case r.panes.Focused == screen.PaneBody:
		r.tabs.Viewers[tabBody].Key(msg)
	case r.panes.Focused == screen.PaneDetail && r.tabs.Scroll(msg):
	case r.panes.Focused == screen.PaneList:
		if cmd, moved := r.list.Press(msg); moved {
			return tea.Batch(cmd, r.look())
		}
	}
	return nil
}

// typeFilter filters while one types, as long as what is typed can be read.
func (r *receiver) typeFilter(msg tea.KeyMsg) tea.Cmd {
	if msg.Type == tea.KeyEnter && r.filter.Wrong != "" || !r.filter.Key(msg) {
		return nil
	}
	chosen, err := storage.ParseFilter(r.filter.Text(), r.shared.Now())
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
func (r *receiver) choose(chosen storage.Filter) tea.Cmd {
	r.pages(chosen)
	return r.list.Restart()
}

func (r *receiver) pages(chosen storage.Filter) {
	r.chosen = chosen
	r.list.Source.Page, r.list.Source.Count = r.shared.receiptPages(chosen), r.shared.receiptCount(chosen)
}

// Busy is while rows are read, or for some keys the receipt.
func (r *receiver) Busy(key tea.KeyMsg) bool {
	if r.filter.Typing {
		return false
	}
	unread := r.reading.Running && r.wanted != 0 && r.detail.receipt.ID != r.wanted
	return r.list.Busy() || unread && (key.String() == "R" || key.String() == "y")
}

// Typing is while the filter takes the keys.
func (r *receiver) Typing() bool { return r.filter.Typing }

// Back leads from the filter and the detail to the list.
func (r *receiver) Back() (tea.Cmd, bool) {
	switch {
	case !r.filter.Typing && r.panes.Focused != screen.PaneList:
		r.panes.Focused = screen.PaneList
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
func (r *receiver) Reveal(id storage.ID) tea.Cmd {
	var cmd tea.Cmd
	if r.filter.Clear() {
		cmd = r.choose(storage.Filter{})
	}
	r.panes.Focused = screen.PaneList
	return tea.Batch(cmd, r.list.Reveal(id), r.look())
}

// Webhook is the one that the selected receipt was for.
func (r *receiver) Webhook() (storage.ID, bool) {
	row, ok := r.list.Selected()
	return row.WebhookID, ok && row.WebhookID != 0
}

// Position says where one is in the list, and whether it moves.
func (r *receiver) Position() string {
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
func (r *receiver) Copies() []screen.CopyItem {
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
