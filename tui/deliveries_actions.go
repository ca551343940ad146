package tui

import (
	"context"

	"backchannel/storage"
	"backchannel/tui/component"

	tea "github.com/charmbracelet/bubbletea"
)

// Bindings are what can be done with the list and its selected delivery.
func (d *deliveries) Bindings() []binding {
	if d.filter.typing {
		return d.filter.bindings()
	}
	row, ok := d.list.selected()
	if !ok {
		return append(d.listBindings(), because("there is no delivery here to do that with", d.rowBindings(row))...)
	}
	return append(append(d.rowBindings(row), d.listBindings()...), d.receiptBinding(row))
}

// rowBindings do something with the delivery.
func (d *deliveries) rowBindings(row deliveryRow) []binding {
	var all []binding
	if d.panes.Focused == paneList {
		all = append(all, binding{keys: []string{"enter"}, label: "open", help: "Go to the detail", do: d.focus(paneDetail)})
	}
	all = append(all,
		binding{keys: []string{"h", "left"}, shown: "h l", label: "tabs", help: "Other page of the detail", do: d.turn(-1)},
		binding{keys: []string{"l", "right"}, do: d.turn(1)},
		binding{keys: []string{"r"}, label: "replay", help: "Send the same bytes again, as a new delivery", do: d.replay})
	over := ""
	if row.State.Final() {
		over = "it is " + string(row.State) + " already; r sends it again"
	}
	return append(all,
		binding{keys: []string{"t"}, label: "retry now", help: "Make the next attempt now", do: d.retry}.unless(over),
		binding{keys: []string{"X"}, label: "cancel", help: "Cancel the delivery", do: d.cancel}.unless(over))
}

func (d *deliveries) receiptBinding(row deliveryRow) binding {
	b := binding{keys: []string{"v"}, label: "receipt", help: "Go to what the receiver got of it", do: d.showReceipt}
	if row.receipt.ID == 0 {
		b.off = "the built-in receiver got nothing of it"
	}
	return b
}

func (d *deliveries) listBindings() []binding {
	all := []binding{{keys: []string{"/"}, label: "filter", help: "Choose deliveries by state or text: failed acme bounce", do: d.openFilter}}
	follow := binding{keys: []string{"F"}, label: "follow", word: "follow", help: "Follow: keep the newest in view", do: d.follow}
	if d.list.table.Following() {
		follow.label, follow.help = "", "No longer follow the newest"
	}
	if d.list.Len() > 0 {
		all = append(all, follow,
			binding{keys: []string{"tab"}, help: "Next pane", do: d.nextPane(1)},
			binding{keys: []string{"shift+tab"}, do: d.nextPane(-1)})
	}
	return all
}

func (d *deliveries) focus(pane int) func() tea.Cmd {
	return func() tea.Cmd {
		d.panes.Focused = pane
		return nil
	}
}

func (d *deliveries) nextPane(by int) func() tea.Cmd {
	n := len(d.panes.Weights)
	return d.focus((d.panes.Focused + by + n) % n)
}

func (d *deliveries) turn(by int) func() tea.Cmd {
	return func() tea.Cmd {
		d.tabs.turn(by, d.hiddenTabs()...)
		return nil
	}
}

func (d *deliveries) openFilter() tea.Cmd {
	d.panes.Focused = paneList
	if !d.filter.shown() {
		d.list.leave()
	}
	return d.filter.open()
}

func (d *deliveries) follow() tea.Cmd { return tea.Batch(d.list.follow(), d.look()) }

func (d *deliveries) showReceipt() tea.Cmd {
	row, ok := d.list.selected()
	if !ok || row.receipt.ID == 0 {
		return nil
	}
	return jumpTo(viewReceiver, row.receipt.ID)
}

func (d *deliveries) replay() tea.Cmd {
	row, ok := d.list.selected()
	if !ok {
		return nil
	}
	again := d.shared.Store.ReplayDelivery
	return d.shared.fire.watchAfter(func(ctx context.Context) ([]storage.Delivery, error) {
		made, err := again(ctx, row.ID)
		return []storage.Delivery{made}, err
	})
}

func (d *deliveries) retry() tea.Cmd {
	row, ok := d.list.selected()
	if !ok {
		return nil
	}
	now := d.shared.Store.RetryDelivery
	return d.shared.fire.watchAfter(func(ctx context.Context) ([]storage.Delivery, error) {
		return []storage.Delivery{row.Delivery}, now(ctx, row.ID)
	})
}

func (d *deliveries) cancel() tea.Cmd {
	row, ok := d.list.selected()
	if !ok {
		return nil
	}
	stop := d.shared.Store.CancelDelivery
	return d.shared.ask(component.Confirm{
		Title: "Cancel this delivery?",
		Text:  []string{deliveryName(row.Delivery) + " will not be sent. It can be replayed later."},
		Yes:   "cancel it", No: "keep",
	}, func() tea.Cmd {
		return toasting(toastID(row.ID), act(d.shared.ctx, func(ctx context.Context) (string, error) {
			return deliveryName(row.Delivery) + " cancelled", stop(ctx, row.ID)
		}))
	})
}
