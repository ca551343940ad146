package deliveries

import (
	"context"
	"fmt"

	"backchannel/storage"
	"backchannel/storage/bulk"
	"backchannel/storage/words"
	"backchannel/tui/component"
	"backchannel/tui/screen"

	tea "github.com/charmbracelet/bubbletea"
)

// many replays, retries or cancels many deliveries at once: it carries out one plan at a time.
type many struct {
	env   *screen.Env
	store bulk.Store
	stop  context.CancelFunc // nil: no plan is running
	so    string             // the progress, shown to the left of the position
}

// byConsole is the author of the console's changes in Activity.
const byConsole = "in the console"

// manyToast is the ID of the toast with the outcome of a plan, or the reason why there is none.
const manyToast = "many"

// manyNews is a report of a plan's progress, and in the end of its outcome.
type manyNews struct {
	done  bulk.Outcome
	ended bool
	err   error
	more  <-chan manyNews
	of    *many
}

// ask finds the deliveries, says for how many of them the action is possible, and asks for confirmation.
func (m *many) ask(action storage.DeliveryAction, of bulk.Choice) tea.Cmd {
	if m.stop != nil {
		return m.say(screen.Warn("another one is still running: esc stops it"))
	}
	return screen.ReadThen(m.env, func(ctx context.Context) (bulk.Plan, error) {
		return bulk.Prepare(ctx, m.store, action, of, nil)
	}, func(plan bulk.Plan, err error) tea.Cmd { return m.confirm(plan, len(of.IDs) > 0, err) })
}

// confirm asks whether to carry a plan out, of marked deliveries or of those that a filter selects.
func (m *many) confirm(plan bulk.Plan, marked bool, err error) tea.Cmd {
	if err == nil {
		err = plan.Impossible()
	}
	switch {
	case err != nil:
		return m.say(screen.Bad(screen.OneLine(err)))
	case len(plan.IDs) == 0:
		return m.say(screen.Info("no deliveries match the filter"))
	}
	var text []string
	if why := plan.Exception(); why != "" {
		text = append(text, why)
	}
	if !marked {
		text = append(text, "Those that come meanwhile are not taken.")
	}
	return m.env.Ask(component.Confirm{
		Title: plan.Question(), Text: text, Yes: string(plan.Action) + " " + words.Group(plan.Expect.Done), No: "leave them",
	}, func() tea.Cmd { return m.start(plan) })
}

// start carries a plan out.
func (m *many) start(plan bulk.Plan) tea.Cmd {
	if m.stop != nil { // another plan began while the question was open
		return m.say(screen.Warn("another one is still running: esc stops it"))
	}
	ctx, stop := context.WithCancel(m.env.Context)
	m.stop = stop
	news := make(chan manyNews, 1)
	return tea.Batch(func() tea.Msg {
		done, err := plan.Run(ctx, m.store, byConsole, func(o bulk.Outcome) {
			select {
			case news <- manyNews{done: o, more: news, of: m}:
			default: // drops the report, because the previous one has not been shown yet
			}
		})
		news <- manyNews{done: done, ended: true, err: err, of: m}
		return nil
	}, m.await(news))
}

// await waits for the next report. Reports come through a channel, because a command returns one
// message only.
func (m *many) await(news <-chan manyNews) tea.Cmd {
	ctx := m.env.Context
	return func() tea.Msg {
		select {
		case one := <-news:
			return one
		case <-ctx.Done():
			return nil
		}
	}
}

// take shows the progress or the outcome of a plan, and reports whether msg was about it.
func (m *many) take(msg tea.Msg) (tea.Cmd, bool) {
	news, ok := msg.(manyNews)
	if !ok || news.of != m {
		return nil, false
	}
	if !news.ended {
		m.so = fmt.Sprintf("%s %s of %s, esc stops   ", news.done.Action.Done(), words.Group(news.done.Total()), words.Group(news.done.Of))
		return m.await(news.more), true
	}
	m.stop()
	m.stop, m.so = nil, ""
	return m.say(m.ended(news)), true
}

// ended says how the action ended: with an error, with some deliveries left out, or with all
// done.
func (m *many) ended(news manyNews) component.Toast {
	switch {
	case news.err != nil:
		return screen.Bad(news.done.String() + "; then " + screen.OneLine(news.err))
	case news.done.Stopped || news.done.RefusedTotal() > 0:
		return screen.Warn(news.done.String())
	}
	return screen.Good(news.done.String())
}

// halt stops the running plan, and reports whether there was one.
func (m *many) halt() bool {
	if m.stop == nil {
		return false
	}
	m.stop()
	return true
}

// say shows a toast that replaces the earlier one about the same action.
func (m *many) say(t component.Toast) tea.Cmd {
	t.ID = manyToast
	return screen.Say(t)
}

// Update handles read records, and the progress of a plan.
func (d *Screen) Update(msg tea.Msg) tea.Cmd {
	if cmd, taken := d.many.take(msg); taken {
		return cmd
	}
	return d.Browser.Update(msg)
}

// Position returns how far a plan is, how many deliveries are marked, and where the selection is.
func (d *Screen) Position() string { return d.many.so + d.Browser.Position() }

// Back stops the running plan. Only without one it closes the screen.
func (d *Screen) Back() (tea.Cmd, bool) {
	if d.many.halt() {
		return nil, true
	}
	return d.Browser.Back()
}

// BackLabel returns what esc does before it closes the screen, or "".
func (d *Screen) BackLabel() string {
	if d.many.stop != nil {
		return "stop"
	}
	return d.Browser.BackLabel()
}

// markedBindings returns the keys that act on the marked deliveries.
func (d *Screen) markedBindings(marked []storage.ID) []screen.Binding {
	n := screen.Thousands(int64(len(marked)))
	do := func(key, label string, action storage.DeliveryAction) screen.Binding {
		return screen.Binding{
			Keys: []string{key}, Label: label + " " + n, Help: "Do so with the " + n + " marked, after a question",
			Do: func() tea.Cmd { return d.many.ask(action, bulk.Choice{IDs: marked}) },
		}
	}
	// They come first, so that the footer has space for them.
	all := []screen.Binding{do("r", "replay", storage.ReplayDeliveries), do("t", "retry now", storage.RetryDeliveries), do("X", "cancel", storage.CancelDeliveries)}
	return append(all, d.TurnBindings()...)
}

// allBinding returns the key that acts on all deliveries that the filter selects.
func (d *Screen) allBinding() screen.Binding {
	return screen.Binding{Keys: []string{"A"}, Label: "all", Help: "Replay, retry or cancel all that match the filter, after a question", Do: d.chooseForAll}
}

// chooseForAll asks what to do with all deliveries that the filter selects, including those that are
// not on the screen.
func (d *Screen) chooseForAll() tea.Cmd {
	of := bulk.Choice{Query: d.among}
	of.Query.Filter = d.Terms()
	title := "All that match the filter"
	if len(of.Query.Filter.Terms) == 0 {
		title = "All deliveries here"
	}
	menu := component.Menu{Title: title, Details: []component.MenuItem{
		{ID: string(storage.ReplayDeliveries), Key: "r", Label: "replay", Detail: "send the same bytes again, as new deliveries"},
		{ID: string(storage.RetryDeliveries), Key: "t", Label: "retry now", Detail: "make the next attempt of each now"},
		{ID: string(storage.CancelDeliveries), Key: "X", Label: "cancel", Detail: "make no further attempt"},
	}}
	return d.env.Choose(menu, func(action string) tea.Cmd { return d.many.ask(storage.DeliveryAction(action), of) })
}
