package deliveries

import (
	"context"

	"backchannel/storage"
	"backchannel/tui/component"
	"backchannel/tui/screen"

	tea "github.com/charmbracelet/bubbletea"
)

// Bindings are what can be done with the list and its selected delivery.
func (d *Screen) Bindings() []screen.Binding {
	if d.filter.Typing {
		return d.filter.Bindings()
	}
	row, ok := d.List.Selected()
	if !ok {
		return append(d.listBindings(), screen.Because("there is no delivery here to do that with", d.rowBindings(row))...)
	}
	return append(append(d.rowBindings(row), d.listBindings()...), d.receiptBinding(row))
}

// rowBindings do something with the delivery.
func (d *Screen) rowBindings(row row) []screen.Binding {
	var all []screen.Binding
	if d.panes.Focused == screen.PaneList {
		all = append(all, screen.Binding{Keys: []string{"enter"}, Label: "open", Help: "Go to the detail", Do: d.focus(screen.PaneDetail)})
	}
	all = append(all,
		screen.Binding{Keys: []string{"h", "left"}, Shown: "h l", Label: "tabs", Help: "Other page of the detail", Do: d.turn(-1)},
		screen.Binding{Keys: []string{"l", "right"}, Do: d.turn(1)},
		screen.Binding{Keys: []string{"r"}, Label: "replay", Help: "Send the same bytes again, as a new delivery", Do: d.replay})
	over := ""
	if row.State.Final() {
		over = "it is " + string(row.State) + " already; r sends it again"
	}
	return append(all,
		screen.Binding{Keys: []string{"t"}, Label: "retry now", Help: "Make the next attempt now", Do: d.retry}.Unless(over),
		screen.Binding{Keys: []string{"X"}, Label: "cancel", Help: "Cancel the delivery", Do: d.cancel}.Unless(over))
}

func (d *Screen) receiptBinding(row row) screen.Binding {
	b := screen.Binding{Keys: []string{"v"}, Label: "receipt", Help: "Go to what the receiver got of it", Do: d.showReceipt}
	if row.Receipt.ID == 0 {
		b.Off = "the built-in receiver got nothing of it"
	}
	return b
}

func (d *Screen) listBindings() []screen.Binding {
	all := []screen.Binding{{Keys: []string{"/"}, Label: "filter", Help: "Choose deliveries by state or text: failed acme bounce", Do: d.openFilter}}
	follow := screen.Binding{Keys: []string{"F"}, Label: "follow", Word: "follow", Help: "Follow: keep the newest in view", Do: d.follow}
	if d.List.Table.Following() {
		follow.Label, follow.Help = "", "No longer follow the newest"
	}
	if d.List.Len() > 0 {
		all = append(all, follow,
			screen.Binding{Keys: []string{"tab"}, Help: "Next pane", Do: d.nextPane(1)},
			screen.Binding{Keys: []string{"shift+tab"}, Do: d.nextPane(-1)})
	}
	return all
}

func (d *Screen) focus(pane int) func() tea.Cmd {
	return func() tea.Cmd {
		d.panes.Focused = pane
		return nil
	}
}

func (d *Screen) nextPane(by int) func() tea.Cmd {
	n := len(d.panes.Weights)
	return d.focus((d.panes.Focused + by + n) % n)
}

func (d *Screen) turn(by int) func() tea.Cmd {
	return func() tea.Cmd {
		d.tabs.Turn(by, d.hiddenTabs()...)
		return nil
	}
}

func (d *Screen) openFilter() tea.Cmd {
	d.panes.Focused = screen.PaneList
	if !d.filter.Shown() {
		d.List.Leave()
	}
	return d.filter.Open()
}

func (d *Screen) follow() tea.Cmd { return tea.Batch(d.List.Follow(), d.readSelected()) }

func (d *Screen) showReceipt() tea.Cmd {
	row, ok := d.List.Selected()
	if !ok || row.Receipt.ID == 0 {
		return nil
	}
	return screen.JumpTo(screen.ViewReceiver, row.Receipt.ID)
}

func (d *Screen) replay() tea.Cmd {
	row, ok := d.List.Selected()
	if !ok {
		return nil
	}
	again := d.shared.Store.ReplayDelivery
	return screen.Queue(d.shared.Context, func(ctx context.Context) ([]storage.Delivery, error) {
		made, err := again(ctx, row.ID)
		return []storage.Delivery{made}, err
	})
}

func (d *Screen) retry() tea.Cmd {
	row, ok := d.List.Selected()
	if !ok {
		return nil
	}
	now := d.shared.Store.RetryDelivery
	return screen.Queue(d.shared.Context, func(ctx context.Context) ([]storage.Delivery, error) {
		return []storage.Delivery{row.Delivery}, now(ctx, row.ID)
	})
}

func (d *Screen) cancel() tea.Cmd {
	row, ok := d.List.Selected()
	if !ok {
		return nil
	}
	stop := d.shared.Store.CancelDelivery
	return d.shared.Ask(component.Confirm{
		Title: "Cancel this delivery?",
		Text:  []string{screen.DeliveryName(row.Delivery) + " will not be sent. It can be replayed later."},
		Yes:   "cancel it", No: "keep",
	}, func() tea.Cmd {
		return screen.WithToastID(screen.ToastID(row.ID), screen.Act(d.shared.Context, func(ctx context.Context) (string, error) {
			return screen.DeliveryName(row.Delivery) + " cancelled", stop(ctx, row.ID)
		}))
	})
}
