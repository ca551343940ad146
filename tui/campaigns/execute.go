package campaigns

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"backchannel/fixtures/execute"
	"backchannel/storage"
	"backchannel/tui/component"
	"backchannel/tui/screen"

	tea "github.com/charmbracelet/bubbletea"
)

// An Executor makes calls of the execution API from any screen, as an application would. It keeps the
// campaigns and what a person executed last, and lives as long as the console.
type Executor struct {
	env     *screen.Env
	store   Store
	handler http.Handler // answers the calls; nil: calls cannot be made
	known   screen.Query[[]storage.Campaign]
	all     []storage.Campaign
	read    bool
	chosen  storage.ID   // the campaign executed last, or chosen since then
	last    execute.Spec // the last call; without recipients: nothing was executed yet
}

// NewExecutor returns an executor of the campaigns of a store. With a nil handler it offers no keys.
func NewExecutor(e *screen.Env, store Store, handler http.Handler) *Executor {
	return &Executor{env: e, store: store, handler: handler, known: screen.Query[[]storage.Campaign]{Ctx: e.Context}}
}

// Refresh reads the campaigns, so that the menu can open at once.
func (x *Executor) Refresh(c storage.Change) tea.Cmd {
	if !c.Has(storage.ChangedCampaigns) {
		return nil
	}
	return x.known.Ask(x.store.Campaigns)
}

// Update handles the results of reads.
func (x *Executor) Update(msg tea.Msg) tea.Cmd {
	a, fresh, cmd := x.known.Take(msg)
	if fresh && a.Err == nil {
		x.all, x.read = a.Value, true
	}
	return cmd
}

// Bindings returns the key that executes from any view.
func (x *Executor) Bindings(front func() screen.Screen) []screen.Binding {
	if x.handler == nil {
		return nil
	}
	return []screen.Binding{{Keys: []string{"E"}, Word: "execute", Help: "Execute a campaign, as an application would", Do: func() tea.Cmd { return x.open(front()) }}}
}

// open shows the menu for the campaign that is selected in front, or was executed last.
func (x *Executor) open(front screen.Screen) tea.Cmd {
	c, ok := x.target(front)
	switch {
	case ok:
		return screen.Show(newExecuteMenu(x, c))
	case !x.read:
		return screen.Say(screen.AboutKeys("the campaigns are still being read; press it again"))
	}
	return screen.Say(screen.Info("There is no campaign to execute yet: 2 goes to the campaigns, n creates one"))
}

// target returns the campaign of the selected row, otherwise the chosen one, otherwise the first live one,
// otherwise the first. It returns false if there are no campaigns.
func (x *Executor) target(front screen.Screen) (storage.Campaign, bool) {
	if f, ok := front.(interface{ Campaign() storage.ID }); ok {
		if c, ok := x.find(f.Campaign()); ok {
			return c, true
		}
	}
	if c, ok := x.find(x.chosen); ok {
		return c, true
	}
	at := max(0, slices.IndexFunc(x.all, func(c storage.Campaign) bool { return c.Status == storage.CampaignLive }))
	if at >= len(x.all) {
		return storage.Campaign{}, false
	}
	return x.all[at], true
}

// Campaigns returns the campaigns as they were read last.
func (x *Executor) Campaigns() []storage.Campaign { return x.all }

// find returns a campaign as it was read last.
func (x *Executor) find(id storage.ID) (storage.Campaign, bool) {
	at := slices.IndexFunc(x.all, func(c storage.Campaign) bool { return c.ID == id })
	if at < 0 {
		return storage.Campaign{}, false
	}
	return x.all[at], true
}

// Again reports whether there is a call to repeat.
func (x *Executor) Again() bool { return len(x.last.To) > 0 }

// Repeat makes the last call again, with the current settings of the campaign and a new request ID.
func (x *Executor) Repeat() tea.Cmd {
	spec := x.last
	c, ok := x.find(spec.Campaign.ID)
	if !ok {
		return screen.Say(screen.Warn(spec.Campaign.Name + ", which was executed last, was deleted"))
	}
	spec.Campaign, spec.RequestID = c, ""
	return x.execute(spec)
}

// execute makes a call and shows its answer. It also reads the record of the call, because only that says
// what followed: a repeated or silent call is answered with 202 as well.
func (x *Executor) execute(spec execute.Spec) tea.Cmd {
	made, err := execute.New(spec)
	if err != nil {
		return screen.Say(screen.Bad("execute: " + screen.OneLine(err)))
	}
	x.chosen, x.last = spec.Campaign.ID, spec
	ctx := x.env.Context
	return func() tea.Msg {
		answer, err := made.Do(ctx, x.handler)
		if err != nil {
			return screen.ToastMsg{Toast: screen.Bad("execute: " + screen.OneLine(err))}
		}
		record, err := x.store.Execution(ctx, answer.Execution)
		if err != nil {
			return screen.ToastMsg{Toast: screen.Bad("execute: " + screen.OneLine(err))}
		}
		return screen.Continue(func() tea.Cmd { return x.report(spec.Campaign, answer, record) })
	}
}

// report shows the answer: in a toast, or if the call had faults, in a dialog that lists them.
func (x *Executor) report(of storage.Campaign, answer execute.Answer, record storage.Execution) tea.Cmd {
	lead := fmt.Sprintf("%s executed: %d %s", of.Name, answer.Code, record.ExecutionID)
	say := func(t component.Toast) tea.Cmd {
		return screen.Say(screen.Naming(t, "the call", screen.ExecutionMsg{ID: record.ID}))
	}
	switch {
	case record.Fault != "":
		return x.showFaults(answer, record)
	case record.RepeatOf != 0:
		return say(screen.Warn(lead + ", a repeat of an earlier call, so nothing was executed"))
	case record.Silent != "":
		return say(screen.Warn(lead + ", but no events follow: " + record.Silent))
	}
	return say(screen.Good(fmt.Sprintf("%s, recipients: %d, events planned: %d", lead, record.Recipients, record.Events)))
}

// faultsShown is how many faults the dialog lists at most. All of them are in the record of the call, which
// the dialog offers to open.
const faultsShown = 5

// showFaults shows the faults of a call, and offers to open its record in the list of all calls, because a
// rejected call need not belong to a campaign.
func (x *Executor) showFaults(answer execute.Answer, record storage.Execution) tea.Cmd {
	text := []string{strconv.Itoa(record.Code) + " " + record.Fault}
	all := execute.Faults(answer.Body)
	for i, f := range all {
		if i == faultsShown {
			text = append(text, fmt.Sprintf("and %d more", len(all)-i))
			break
		}
		line := strings.TrimSpace(f.At + " " + f.Got)
		if f.Expected != "" {
			line = fmt.Sprintf("%s: expected %s, got %s; %s", f.At, f.Expected, f.Got, f.Remedy)
		}
		text = append(text, line)
	}
	return x.env.Ask(component.Confirm{
		Title: "The call was refused", Text: text, Yes: "open the call", No: "close",
	}, func() tea.Cmd {
		s := newExecutions(x.env, x.store, storage.Campaign{})
		s.reveal = record.ID
		return screen.Open(s)
	})
}

// copyCurl copies a call as a command that makes it with curl.
func (x *Executor) copyCurl(spec execute.Spec) tea.Cmd {
	base := x.env.Status.ReceiverURL()
	if base == "" {
		return screen.Say(screen.Warn("the receiver is off, so there is no URL for curl"))
	}
	made, err := execute.New(spec)
	if err != nil {
		return screen.Say(screen.Bad("execute: " + screen.OneLine(err)))
	}
	return screen.CopyText("the call as a curl command", made.Curl(base, x.env.CA))
}

// The fields of the form that asks for a call.
const (
	callTo        = "to"
	callRequestID = "requestId"
	callContext   = "context"
)

// ask asks for the recipients, the request ID and the context of a call. The form starts with the recipients
// of the last call of the same campaign, but never with its request ID, because a second call with that
// would be a repeat.
func (x *Executor) ask(of storage.Campaign) tea.Cmd {
	to := ""
	if x.last.Campaign.ID == of.ID {
		to = strings.Join(x.last.To, "\n")
	}
	check := func(field string) func(component.Values) string {
		return func(v component.Values) string { return wrongField(x.spec(of, v), field) }
	}
	return x.env.Fill(screen.FormSpec{
		Title: "Execute " + of.Name, Verb: "Execute", Rows: 16,
		Section: component.Section{Fields: []component.Field{
			{ID: callTo, Label: "Recipients", Kind: component.AreaField, Rows: 5, Start: component.Value{Text: to}, Check: check(callTo), Help: magicHelp(of.Channel)},
			{ID: callRequestID, Label: "Request ID", Check: check(callRequestID), Help: "Empty: a new one. Use one twice to see how a repeat is answered."},
			{ID: callContext, Label: "Context", Kind: component.AreaField, Rows: 3, Check: check(callContext), Help: `A line each: /order/id="A-1". Every recipient gets it.`},
		}},
		Submit: func(v component.Values) tea.Cmd { return x.execute(x.spec(of, v)) },
	})
}

// spec returns the call that a form describes. A line of the context is a JSON Pointer and a value, separated
// by the first "=", because the value may contain others.
func (x *Executor) spec(of storage.Campaign, v component.Values) execute.Spec {
	spec := execute.Spec{Campaign: of, RequestID: strings.TrimSpace(v.Text(callRequestID))}
	spec.To = strings.FieldsFunc(v.Text(callTo), func(r rune) bool { return strings.ContainsRune(" ,;\t\r\n", r) })
	for line := range strings.Lines(v.Text(callContext)) {
		if line = strings.TrimSpace(line); line != "" {
			pointer, value, _ := strings.Cut(line, "=")
			spec.Context = append(spec.Context, execute.Edit{Pointer: pointer, Value: json.RawMessage(value)})
		}
	}
	return spec
}

// wrongField returns the error of a field of the form, or "".
func wrongField(spec execute.Spec, field string) string {
	_, err := execute.New(spec)
	var all storage.FieldErrors
	errors.As(err, &all)
	for _, bad := range all {
		if bad.Field == field {
			return bad.Reason
		}
	}
	return ""
}
