package campaigns

import (
	"context"
	"errors"
	"slices"

	"backchannel/fixtures/execute"
	"backchannel/storage"
	"backchannel/tui/component"
	"backchannel/tui/screen"

	tea "github.com/charmbracelet/bubbletea"
)

// executions is the screen of the calls of the execution API: those of one campaign, or all of them,
// including rejected ones.
type executions struct {
	*screen.Browser[storage.Execution, call]
	env      *screen.Env
	store    callStore
	campaign storage.Campaign // the zero Campaign: every call
	reveal   storage.ID       // to be selected as soon as it has been read; 0: none
}

// A call is a call of the execution API with everything that the screen shows about it.
type call struct {
	storage.Execution
	messages []storage.Message // in the order of the recipients
	faults   []execute.Fault
	shown    storage.ShownBody
	pretty   []byte // the body indented; nil if it is not JSON
}

// The tabs of a call.
const (
	tabResult = iota
	tabBody
	tabHeaders
	tabAnswer
)

// newExecutions returns the screen of the calls of one campaign, or of all calls for the zero
// Campaign.
func newExecutions(e *screen.Env, store callStore, of storage.Campaign) *executions {
	s := &executions{env: e, store: store, campaign: of}
	s.Browser = screen.NewBrowser(e, screen.BrowserSpec[storage.Execution, call]{
		Columns: callColumns(of.ID == 0),
		ID:      func(x storage.Execution) storage.ID { return x.ID },
		Row:     func(x storage.Execution) []component.Cell { return callCells(e, x) },
		Filter:  screen.FilterSpec{View: "executions", Syntax: storage.ExecutionFilter()},
		Values: func(x storage.Execution) map[string]string {
			return map[string]string{"campaign": x.Campaign, "request": x.RequestID, "code": screen.CodeValue(x.Code)}
		},
		Choose: s.choose,
		Total:  func() int64 { return -1 },

		Read: s.read,
		Known: func(x storage.Execution, c call, read bool) call {
			if !read {
				return call{Execution: x}
			}
			return c
		},
		Needs:    []string{"y"},
		Listed:   storage.ChangedExecutions,
		Detailed: storage.ChangedExecutions | storage.ChangedDeliveries,

		Head: func(c call, width int) []string { return callHead(e, c, width) },
		Tabs: []screen.Tab[call]{
			tabResult:  {Name: "Result", Draw: func(page *screen.Detail, c call) { describeResult(e, page, c) }},
			tabBody:    {Name: "Body"},
			tabHeaders: {Name: "Headers", Draw: func(page *screen.Detail, c call) { describeCall(e, page, c) }},
			tabAnswer:  {Name: "Answer", Draw: func(page *screen.Detail, c call) { describeAnswer(e, page, c) }},
		},
		Body:    screen.Body[call]{Tab: tabBody, Content: bodyContent, Head: s.bodyHead},
		Share:   11,
		Welcome: func(width, height int) string { return s.welcome(width, height) },
	})
	return s
}

// openExecutions opens the calls of a campaign.
func (s *Screen) openExecutions(of storage.Campaign) tea.Cmd {
	return screen.Open(newExecutions(s.env, s.store, of))
}

// OpenExecution opens a call in Campaigns, among those of its campaign.
func OpenExecution(e *screen.Env, store Store, id storage.ID) tea.Cmd {
	type found struct {
		storage.Execution
		campaign storage.Campaign
	}
	return screen.ReadThen(e, func(ctx context.Context) (x found, err error) {
		if x.Execution, err = store.Execution(ctx, id); err != nil {
			return x, err
		}
		if x.campaign, err = store.Campaign(ctx, x.CampaignID); errors.Is(err, storage.ErrNotFound) {
			err = nil // the list of all calls has it
		}
		return x, err
	}, func(x found, err error) tea.Cmd {
		if err != nil {
			return screen.Say(screen.AboutKeys("the call has been removed"))
		}
		s := newExecutions(e, store, x.campaign)
		s.reveal = id
		return screen.OpenOver(s, screen.ViewCampaigns, x.campaign.ID)
	})
}

// callBindings returns the keys that open the calls and messages of all campaigns. A call that names no
// known campaign is only in that list.
func (s *Screen) callBindings() []screen.Binding {
	return []screen.Binding{
		{Keys: []string{"c"}, Label: "calls", Help: "Show all calls of the execution API, including those without a known campaign", Do: func() tea.Cmd { return s.openExecutions(storage.Campaign{}) }},
		{Keys: []string{"m"}, Word: "messages", Help: "Show the messages of all campaigns", Do: func() tea.Cmd {
			return screen.Open(newMessages(s.env, s.store, messageScope{title: "Messages"}))
		}},
	}
}

// Refresh reads again what a change affects. The first time it selects the call to be shown.
func (s *executions) Refresh(c storage.Change) tea.Cmd {
	if id := s.reveal; id != 0 {
		s.reveal = 0
		return s.Reveal(id)
	}
	return s.Browser.Refresh(c)
}

// Title returns the heading.
func (s *executions) Title() string {
	if s.campaign.ID == 0 {
		return "Calls of the execution API"
	}
	return "Executions of " + s.campaign.Name
}

// Campaign returns the campaign of the selected call, which E executes.
func (s *executions) Campaign() storage.ID {
	x, _ := s.List().Selected()
	if x.CampaignID != 0 {
		return x.CampaignID
	}
	return s.campaign.ID
}

// choose returns the source of the calls that match a filter.
func (s *executions) choose(f storage.Filter) screen.Chosen[storage.Execution] {
	of := s.campaign.ID
	return screen.Chosen[storage.Execution]{
		Page: func(ctx context.Context, p screen.Page) ([]storage.Execution, error) {
			return s.store.Executions(ctx, storage.ExecutionQuery{Filter: f, CampaignID: of, Before: p.Before, After: p.After, Limit: p.Limit})
		},
		Count: func(ctx context.Context, before storage.ID) (int64, error) {
			return s.store.CountExecutions(ctx, storage.ExecutionQuery{Filter: f, CampaignID: of, Before: before})
		},
	}
}

// read reads a call with its messages. It also formats the body, which takes long for a large one and so
// must not happen in the event loop. A sealed body, which contains a client's secret or a token, is only
// ever shown as a mask.
func (s *executions) read(ctx context.Context, id storage.ID) (c call, err error) {
	if c.Execution, err = s.store.Execution(ctx, id); err != nil {
		return c, err
	}
	if !c.Sealed {
		c.shown = storage.ShowBody(c.Headers, c.Body, "")
		if pretty, ok := component.PrettyJSON(c.Body); ok {
			c.pretty = pretty
		}
	}
	if c.Code >= 400 {
		c.faults = execute.Faults(c.AnswerBody)
	}
	c.messages, err = s.store.Messages(ctx, storage.MessageQuery{Execution: id})
	slices.Reverse(c.messages)
	return c, err
}

// Bindings returns the keys of the list and of the selected call.
func (s *executions) Bindings() []screen.Binding {
	if s.Typing() {
		return s.TypingBindings()
	}
	x, ok := s.List().Selected()
	row := []screen.Binding{{Keys: []string{"m"}, Label: "messages", Help: "Go to its messages", Do: s.OnSelected(s.openMessages)}}
	switch {
	case !ok:
		row = screen.NoneHere("call", row)
	case !x.Accepted():
		row = screen.Because("no messages follow from this call", row)
	}
	list := []screen.Binding{s.FilterBinding("Filter calls: code:4xx is:silent campaign:Orders request:r-1 since:10:36"), s.PauseBinding("calls"), s.FollowBinding()}
	if s.List().Len() > 0 {
		list = append(list, s.NextBindings()...)
	}
	wrap := screen.Binding{Keys: []string{"W"}, Word: "wrap", Help: "Wrap long lines of the body, or stop wrapping", Do: func() tea.Cmd {
		s.BodyViewer().ToggleWrap()
		return nil
	}}
	return slices.Concat(s.TurnBindings(), row, list, []screen.Binding{wrap})
}

// openMessages opens the messages of a call.
func (s *executions) openMessages(x storage.Execution) tea.Cmd {
	return screen.Open(newMessages(s.env, s.store, messageScope{title: "Messages of " + x.ExecutionID, execution: x.ID}))
}

// Copies returns the texts of a call that a person may want to copy.
func (s *executions) Copies() []screen.CopyItem {
	c, read, ok := s.Current()
	if !ok {
		return nil
	}
	items := []screen.CopyItem{{Label: "executionId", Text: c.ExecutionID}, {Label: "requestId", Text: c.RequestID}, {Label: "x-request-id", Text: c.XRequestID}, {Label: "ID", Text: c.ID.String()}}
	if read && !c.Sealed {
		items = append(items, screen.CopyItem{Label: "body", Text: string(c.Body)}, screen.CopyItem{Label: "answer", Text: string(c.AnswerBody)})
	}
	if read && !c.Sealed {
		items = append(s.BodyCopies(), items...)
	}
	if base := s.env.Status.ReceiverURL(); read && base != "" {
		items = slices.Insert(items, 0, screen.CopyItem{Label: "curl command that makes it again", Text: execute.CurlOf(c.Execution, base, s.env.CA)})
	}
	return items
}

// welcome explains the empty list, and where to send a call if the receiver is on.
func (s *executions) welcome(width, height int) string {
	steps := [][2]string{{"E", "execute a campaign, as an application would"}, {"esc", "back"}}
	text := "No call yet. Every call of the execution API appears here as received, with its faults."
	if s.campaign.ID != 0 {
		text = "No call has named this campaign yet. Its executions appear here, with the outcomes of their messages."
	}
	lines := []string{text}
	if base := s.env.Status.ReceiverURL(); base != "" {
		lines = append(lines, "The execution API is at "+base+"/ajo/im/executions/unitary.")
	}
	return s.env.Welcome(s.Title(), lines, steps, width, height)
}

// Campaign returns the selected campaign, which E executes.
func (s *Screen) Campaign() storage.ID {
	r, _ := s.Selected()
	return r.ID
}
