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

// A bulkAction replays, retries or cancels many deliveries at once. It runs one plan at a time.
type bulkAction struct {
	env      *screen.Env
	store    bulk.Store
	stop     context.CancelFunc // nil: no plan is running
	progress string             // shown to the left of the position
}

// bulkAuthor names the console in the log of activities as the one who made the changes.
const bulkAuthor = "in the console"

// bulkToast is the ID of the toast with the outcome of a plan, or the reason why there is none.
const bulkToast = "many"

// A bulkReport is the progress of a plan and, in the last report, its outcome.
type bulkReport struct {
	done  bulk.Outcome
	ended bool
	err   error
	next  <-chan bulkReport
	of    *bulkAction
}

// prepare finds the deliveries to which the action can be applied, and then asks for confirmation.
func (b *bulkAction) prepare(action storage.DeliveryAction, of bulk.Choice) tea.Cmd {
	if b.stop != nil {
		return b.refuse()
	}
	return screen.ReadThen(b.env, func(ctx context.Context) (bulk.Plan, error) {
		return bulk.Prepare(ctx, b.store, action, of, nil)
	}, func(plan bulk.Plan, err error) tea.Cmd { return b.confirm(plan, len(of.IDs) > 0, err) })
}

// refuse says that a plan is running already.
func (b *bulkAction) refuse() tea.Cmd {
	return b.say(screen.Warn("another one is still running: esc stops it"))
}

// confirm asks whether to run a plan, for marked deliveries or for those that match a filter.
func (b *bulkAction) confirm(plan bulk.Plan, marked bool, err error) tea.Cmd {
	if err == nil {
		err = plan.Impossible()
	}
	switch {
	case err != nil:
		return b.say(screen.Bad(screen.OneLine(err)))
	case len(plan.IDs) == 0:
		return b.say(screen.Info("no deliveries match the filter"))
	}
	var text []string
	if why := plan.Exception(); why != "" {
		text = append(text, why)
	}
	if !marked {
		text = append(text, "Deliveries that are added meanwhile are not included.")
	}
	return b.env.Ask(component.Confirm{
		Title: plan.Question(), Text: text, Yes: string(plan.Action) + " " + words.Group(plan.Expect.Done), No: "leave them",
	}, func() tea.Cmd { return b.start(plan) })
}

// start runs a plan, unless another one began while the question was open.
func (b *bulkAction) start(plan bulk.Plan) tea.Cmd {
	if b.stop != nil {
		return b.refuse()
	}
	ctx, stop := context.WithCancel(b.env.Context)
	b.stop = stop
	reports := make(chan bulkReport, 1)
	return tea.Batch(func() tea.Msg {
		done, err := plan.Run(ctx, b.store, bulkAuthor, func(o bulk.Outcome) {
			select {
			case reports <- bulkReport{done: o, next: reports, of: b}:
			default: // drops the report, because the previous one has not been shown yet
			}
		})
		reports <- bulkReport{done: done, ended: true, err: err, of: b}
		return nil
	}, b.await(reports))
}

// await waits for the next report. Reports are sent on a channel, because a command can return only one
// message.
func (b *bulkAction) await(reports <-chan bulkReport) tea.Cmd {
	ctx := b.env.Context
	return func() tea.Msg {
		select {
		case report := <-reports:
			return report
		case <-ctx.Done():
			return nil
		}
	}
}

// handle shows the progress or the outcome of a plan, and reports whether msg was about one.
func (b *bulkAction) handle(msg tea.Msg) (tea.Cmd, bool) {
	r, ok := msg.(bulkReport)
	if !ok || r.of != b {
		return nil, false
	}
	if !r.ended {
		b.progress = fmt.Sprintf("%s %s of %s, esc stops   ", r.done.Action.Done(), words.Group(r.done.Total()), words.Group(r.done.Of))
		return b.await(r.next), true
	}
	b.stop()
	b.stop, b.progress = nil, ""
	return b.say(r.toast()), true
}

// toast describes the outcome of a plan. It warns if the plan left out some deliveries.
func (r bulkReport) toast() component.Toast {
	switch {
	case r.err != nil:
		return screen.Bad(r.done.String() + "; then " + screen.OneLine(r.err))
	case r.done.Stopped || r.done.RefusedTotal() > 0:
		return screen.Warn(r.done.String())
	}
	return screen.Good(r.done.String())
}

// cancel stops the running plan, and reports whether there was one.
func (b *bulkAction) cancel() bool {
	if b.stop == nil {
		return false
	}
	b.stop()
	return true
}

// say shows a toast, which replaces the previous one about a bulk action.
func (b *bulkAction) say(t component.Toast) tea.Cmd {
	t.ID = bulkToast
	return screen.Say(t)
}

// Update handles the results of reads, and the reports of a bulk action.
func (d *Screen) Update(msg tea.Msg) tea.Cmd {
	if cmd, ok := d.bulk.handle(msg); ok {
		return cmd
	}
	return d.Browser.Update(msg)
}

// Position returns the progress of a bulk action, how many deliveries are marked, and the position of the
// selection.
func (d *Screen) Position() string { return d.bulk.progress + d.Browser.Position() }

// Back stops the running bulk action. If there is none, it does what it does on other screens.
func (d *Screen) Back() (tea.Cmd, bool) {
	if d.bulk.cancel() {
		return nil, true
	}
	return d.Browser.Back()
}

// BackLabel returns what esc does before it closes the screen, or "".
func (d *Screen) BackLabel() string {
	if d.bulk.stop != nil {
		return "stop"
	}
	return d.Browser.BackLabel()
}

// markedBindings returns the keys that act on the marked deliveries.
func (d *Screen) markedBindings(marked []storage.ID) []screen.Binding {
	n := screen.Thousands(int64(len(marked)))
	do := func(key, label string, action storage.DeliveryAction) screen.Binding {
		return screen.Binding{
			Keys: []string{key}, Label: label + " " + n, Help: "Do so with the " + n + " marked, after a confirmation",
			Do: func() tea.Cmd { return d.bulk.prepare(action, bulk.Choice{IDs: marked}) },
		}
	}
	// These come first, so that a narrow footer shows them.
	all := []screen.Binding{do("r", "replay", storage.ReplayDeliveries), do("t", "retry now", storage.RetryDeliveries), do("X", "cancel", storage.CancelDeliveries)}
	return append(all, d.TurnBindings()...)
}

// allBinding returns the key that acts on all deliveries that the filter selects.
func (d *Screen) allBinding() screen.Binding {
	return screen.Binding{Keys: []string{"A"}, Label: "all", Help: "Replay, retry or cancel all that match the filter, after a confirmation", Do: d.chooseForAll}
}

// chooseForAll asks what to do with all deliveries that match the filter, including those that are not
// visible.
func (d *Screen) chooseForAll() tea.Cmd {
	of := bulk.Choice{Query: d.query}
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
	return d.env.Choose(menu, func(action string) tea.Cmd { return d.bulk.prepare(storage.DeliveryAction(action), of) })
}
