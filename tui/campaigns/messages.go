package campaigns

import (
	"context"
	"fmt"
	"slices"

	"backchannel/storage"
	"backchannel/tui/component"
	"backchannel/tui/screen"
	"backchannel/tui/style"

	tea "github.com/charmbracelet/bubbletea"
)

// A callStore reads the calls, their messages, and the deliveries of these.
type callStore interface {
	Execution(context.Context, storage.ID) (storage.Execution, error)
	Executions(context.Context, storage.ExecutionQuery) ([]storage.Execution, error)
	CountExecutions(context.Context, storage.ExecutionQuery) (int64, error)
	Message(context.Context, storage.ID) (storage.Message, error)
	Messages(context.Context, storage.MessageQuery) ([]storage.Message, error)
	CountMessages(context.Context, storage.MessageQuery) (int64, error)
	Delivery(context.Context, storage.ID) (storage.Delivery, error)
	Event(context.Context, storage.ID) (storage.Event, error)
	ReceiptsOfDelivery(context.Context, storage.ID) ([]storage.Receipt, error)
}

// messages is the screen of the messages of a campaign, an execution, or all there are.
type messages struct {
	*screen.Browser[storage.Message, message]
	env    *screen.Env
	store  callStore
	title  string
	reveal storage.ID // to be selected as soon as it has been read; 0: none
	from   bool       // opened from a record of a message, to which the key m leads back
}

// A message is everything that is known about one message.
type message struct {
	storage.Message
	deliveries map[storage.ID]storage.Delivery
	payload    []byte // of its last event that was sent, otherwise of its first event
	silent     string // why there are no events, or ""
}

// A messageScope selects the messages of a screen. A zero field selects any.
type messageScope struct {
	title     string
	campaign  storage.ID
	execution storage.ID
}

// The tabs of a message.
const (
	tabLife = iota
	tabMessage
	tabPayload
)

// newMessages returns the screen of the messages in a scope.
func newMessages(e *screen.Env, store callStore, of messageScope) *messages {
	s := &messages{env: e, store: store, title: of.title}
	s.Browser = screen.NewBrowser(e, screen.BrowserSpec[storage.Message, message]{
		Columns: messageColumns(),
		ID:      func(m storage.Message) storage.ID { return m.ID },
		Row:     func(m storage.Message) []component.Cell { return messageCells(e, m) },
		Filter:  screen.FilterSpec{View: "messages", Syntax: storage.MessageFilter()},
		Values:  messageValues,
		Choose:  func(f storage.Filter) screen.Chosen[storage.Message] { return s.choose(of, f) },
		Total:   func() int64 { return -1 },

		Read: s.read,
		Known: func(m storage.Message, x message, read bool) message {
			if !read {
				return message{Message: m}
			}
			x.Message = m // the list is read more often
			return x
		},
		Needs:    []string{"y"},
		Listed:   storage.ChangedExecutions | storage.ChangedDeliveries,
		Detailed: storage.ChangedExecutions | storage.ChangedDeliveries,

		Head: func(x message, width int) []string { return messageHead(e.Theme, x, width) },
		Tabs: []screen.Tab[message]{
			tabLife:    {Name: "Life", Draw: func(page *screen.Detail, x message) { describeLife(e, page, x) }},
			tabMessage: {Name: "Message", Draw: func(page *screen.Detail, x message) { describeMessage(e, page, x) }},
			tabPayload: {Name: "Payload"},
		},
		Body:    messagePayload(e),
		Share:   12,
		Welcome: func(width, height int) string { return messagesWelcome(e, width, height) },
	})
	return s
}

// OpenMessage opens a message over the current view, in a list of the messages of its execution.
func OpenMessage(e *screen.Env, store Store, id storage.ID) tea.Cmd {
	return screen.ReadThen(e, func(ctx context.Context) (storage.Message, error) { return store.Message(ctx, id) },
		func(m storage.Message, err error) tea.Cmd {
			if err != nil {
				return screen.Say(screen.AboutKeys("its message has been removed"))
			}
			s := newMessages(e, store, messageScope{title: "Messages of " + m.ExecutionID, execution: m.Execution})
			s.reveal, s.from = id, true
			s.Focused = screen.PaneDetail
			return screen.Open(s)
		})
}

// Title returns the heading.
func (s *messages) Title() string { return s.title }

// Refresh reads again what a change affects. The first time it selects the message to be shown, and restores
// the focus, which Reveal moves to the list: a message that was opened from a record has it on its detail.
func (s *messages) Refresh(c storage.Change) tea.Cmd {
	if id := s.reveal; id != 0 {
		s.reveal = 0
		focused := s.Focused
		cmd := s.Reveal(id)
		s.Focused = focused
		return cmd
	}
	return s.Browser.Refresh(c)
}

// choose returns the source of the messages of a scope that match a filter.
func (s *messages) choose(of messageScope, f storage.Filter) screen.Chosen[storage.Message] {
	those := storage.MessageQuery{Filter: f, CampaignID: of.campaign, Execution: of.execution}
	return screen.Chosen[storage.Message]{
		Page: func(ctx context.Context, p screen.Page) ([]storage.Message, error) {
			q := those
			q.Before, q.After, q.Limit = p.Before, p.After, p.Limit
			return s.store.Messages(ctx, q)
		},
		Count: func(ctx context.Context, before storage.ID) (int64, error) {
			q := those
			q.Before = before
			return s.store.CountMessages(ctx, q)
		},
	}
}

// messageValues returns a message's values of the filter's keys, to suggest them.
func messageValues(m storage.Message) map[string]string {
	return map[string]string{
		"campaign": m.Campaign, "execution": m.ExecutionID, "request": m.RequestID, "address": m.Address, "outcome": string(m.Outcome),
	}
}

// read reads a message with its deliveries and the payload of the last one that was sent. If it has no
// events, it reads the call, which says why.
func (s *messages) read(ctx context.Context, id storage.ID) (x message, err error) {
	if x.Message, err = s.store.Message(ctx, id); err != nil {
		return x, err
	}
	x.deliveries = map[storage.ID]storage.Delivery{}
	for _, e := range x.Events {
		if x.deliveries[e.DeliveryID], err = s.store.Delivery(ctx, e.DeliveryID); err != nil {
			return x, err
		}
	}
	if len(x.Events) == 0 {
		call, err := s.store.Execution(ctx, x.Execution)
		x.silent = call.Silent
		return x, err
	}
	event, err := s.store.Event(ctx, x.deliveries[lastSent(x.Message)].EventID)
	x.payload = event.Payload
	return x, err
}

// lastSent returns the delivery of the last event that was sent, otherwise of the first event, or
// 0 if there are no events.
func lastSent(m storage.Message) (id storage.ID) {
	for _, s := range m.Life() {
		if id == 0 || s.Attempts > 0 {
			id = s.DeliveryID
		}
	}
	return id
}

// Bindings returns the keys of the list and of the selected message.
func (s *messages) Bindings() []screen.Binding {
	if s.Typing() {
		return s.TypingBindings()
	}
	m, ok := s.List().Selected()
	row := []screen.Binding{s.receiptBinding(), {Keys: []string{"v"}, Label: "delivery", Help: "Go to the delivery of its last event", Do: s.OnSelected(func(m storage.Message) tea.Cmd {
		return screen.JumpTo(screen.ViewDeliveries, lastSent(m))
	})}}
	switch {
	case !ok:
		row = screen.NoneHere("message", row)
	case len(m.Events) == 0:
		first := 0
		if s.from {
			first = 1
		}
		screen.Because("it has no events, so there is no delivery", row[first:])
	}
	list := []screen.Binding{s.FilterBinding("Filter messages: state:bounce outcome:code-15 address:a@example.com since:10m")}
	if s.List().Len() > 0 {
		list = slices.Concat(list, []screen.Binding{s.FollowBinding()}, s.NextBindings())
	}
	return slices.Concat(s.TurnBindings(), row, list)
}

// receiptBinding returns the key that leads to the receipt of the last event, or back to where
// the message was opened.
func (s *messages) receiptBinding() screen.Binding {
	if s.from {
		return screen.Binding{Keys: []string{"m"}, Label: "back", Help: "Go back to where the message was opened", Do: func() tea.Cmd { return screen.CloseScreen(s) }}
	}
	return screen.Binding{Keys: []string{"m"}, Label: "receipt", Help: "Go to the receipt of its last event, or to its delivery if there is none", Do: s.OnSelected(s.showReceipt)}
}

// showReceipt goes to the receipt of the last event. An event for an endpoint other than the built-in receiver
// has none, so its delivery is shown instead.
func (s *messages) showReceipt(m storage.Message) tea.Cmd {
	of := lastSent(m)
	return screen.ReadThen(s.env, func(ctx context.Context) (storage.Receipt, error) { return screen.LastReceipt(ctx, s.store, of) },
		func(r storage.Receipt, err error) tea.Cmd {
			if r.ID == 0 {
				return tea.Batch(screen.SayReadError(err), screen.JumpTo(screen.ViewDeliveries, of))
			}
			return screen.JumpTo(screen.ViewReceiver, r.ID)
		})
}

// Copies returns the texts of a message that a person may want to copy.
func (s *messages) Copies() []screen.CopyItem {
	x, read, ok := s.Current()
	if !ok {
		return nil
	}
	items := []screen.CopyItem{{Label: "executionId", Text: x.ExecutionID}, {Label: "requestId", Text: x.RequestID}, {Label: "address", Text: x.Address}, {Label: "ID", Text: x.ID.String()}}
	if read && len(x.payload) > 0 {
		items = append(append(s.BodyCopies(), items...), screen.CopyItem{Label: "payload", Text: string(x.payload)})
	}
	return items
}

// messagesWelcome explains the empty list.
func messagesWelcome(e *screen.Env, width, height int) string {
	return e.Welcome("Messages", []string{"No message yet. Each accepted call of the execution API sends one to each of its recipients, and its life appears here, from the call to the last event."},
		[][2]string{{"E", "execute a campaign"}, {"esc", "back"}}, width, height)
}

// messageColumns returns the columns of the list. The life gets most of the width, because it distinguishes the
// messages.
func messageColumns() []component.Column {
	return []component.Column{
		{Title: "State", Width: 11},
		{Title: "Life", Min: 26, Width: 55, Flex: 3},
		{Title: "Address", Min: 16, Width: 23, Flex: 1, Middle: true, Priority: 1},
		{Title: "Outcome", Width: 11, Extra: true},
		{Title: "Execution", Width: 13, Extra: true},
		{Title: "Campaign", Width: 16, Extra: true},
	}
}

// messageCells returns a message's row in the list. Without an address it shows the identity of
// the recipient.
func messageCells(e *screen.Env, m storage.Message) []component.Cell {
	th := e.Theme
	glyph, ink := messageState(th, m.State)
	address := component.Cell{Text: m.Address, Style: th.Text}
	if m.Address == "" {
		address = component.Cell{Text: m.Identity, Style: th.Dim}
	}
	return []component.Cell{
		{Text: glyph + " " + string(m.State), Style: ink},
		lifeCell(e, m), address,
		{Text: string(m.Outcome), Style: th.Dim},
		{Text: m.ExecutionID, Style: th.Dim},
		{Text: m.Campaign, Style: th.Dim},
	}
}

// messageHead draws the two lines above the tabs.
func messageHead(th *style.Theme, x message, width int) []string {
	glyph, ink := messageState(th, x.State)
	title := " " + ink.Render(glyph) + " " + th.Strong.Render(string(x.State)) + "   " + th.Text.Render(style.Escape(fmt.Sprintf("%s   %s", x.Channel, x.Address)))
	under := " " + th.Dim.Render(style.Escape(x.Campaign+"   "+x.ExecutionID))
	return []string{component.Fit(title, width), component.Fit(under, width)}
}

// describeMessage draws the fields of a message that are set.
func describeMessage(e *screen.Env, d *screen.Detail, x message) {
	for _, fact := range [][2]string{
		{"Created", e.DateUTC(x.CreatedAt)}, {"Channel", string(x.Channel)}, {"Address", x.Address}, {"Identity", x.Namespace + " " + x.Identity},
		{"Outcome", string(x.Outcome)}, {"Campaign", x.Campaign}, {"Execution", x.ExecutionID}, {"Request ID", x.RequestID}, {"ID", x.ID.String()},
	} {
		if fact[1] != "" {
			d.Fact(fact[0], fact[1], e.Theme.Text)
		}
	}
}

// messagePayload declares the tab of the payload.
func messagePayload(e *screen.Env) screen.Body[message] {
	return screen.Body[message]{
		Tab:     tabPayload,
		Content: func(x message) component.Content { return component.ContentOf(x.payload) },
		Head: func(_ message, _ bool, place screen.BodyPlace) []string {
			return []string{place.Title(e.Theme, "Payload of its last event")}
		},
	}
}
