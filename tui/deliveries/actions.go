package deliveries

import (
	"context"
	"slices"

	"backchannel/fixtures/fire"
	"backchannel/storage"
	"backchannel/tui/component"
	"backchannel/tui/screen"

	tea "github.com/charmbracelet/bubbletea"
)

// Bindings returns the keys of the list and of its selected delivery.
func (d *Screen) Bindings() []screen.Binding {
	if d.Typing() {
		return d.TypingBindings()
	}
	r, ok := d.List().Selected()
	if !ok {
		return append(d.listBindings(), screen.NoneHere("delivery", d.rowBindings(r))...)
	}
	return slices.Concat(d.rowBindings(r), d.listBindings(), []screen.Binding{d.receiptBinding(r), d.messageBinding(r)})
}

// rowBindings returns the keys that act on the selected delivery.
func (d *Screen) rowBindings(r row) []screen.Binding {
	if marked := d.Marked(); len(marked) > 0 {
		return d.markedBindings(marked)
	}
	final := ""
	if r.State.Final() {
		final = "it is " + string(r.State) + " already; " + d.env.KeyFor("r") + " sends it again"
	}
	// The most frequent keys come first, because a narrow footer shows only the first ones.
	return append(d.TurnBindings(),
		screen.Binding{Keys: []string{"r"}, Label: "replay", Help: "Send the same bytes again, as a new delivery", Do: d.OnSelected(d.replay)},
		d.editBinding(),
		d.nowBinding(r).Unless(final),
		screen.Binding{Keys: []string{"X"}, Label: "cancel", Help: "Cancel the delivery", Do: d.OnSelected(d.cancel)}.Unless(final))
}

// editBinding returns the key that opens a form for the delivery's payload and headers. The form needs
// all of the delivery, which only the detail has.
func (d *Screen) editBinding() screen.Binding {
	x, read, _ := d.Current()
	b := screen.Binding{Keys: []string{"R"}, Label: "edit", Help: "Edit its payload and send that: to another webhook or URL, with other headers, with the old token", Do: func() tea.Cmd {
		return d.resend.Open(fire.OfDelivery(x.row.Delivery, x.event, x.plan.Attempts))
	}}
	if !read {
		b.Off = "the delivery is still being read; press it again"
	}
	return b
}

// nowBinding returns the key that makes the next attempt, or a planned event, due at once.
func (d *Screen) nowBinding(r row) screen.Binding {
	b := screen.Binding{Keys: []string{"t"}, Label: "retry now", Help: "Make the next attempt now", Do: d.OnSelected(d.retry)}
	// An event that is not due yet has had no attempt, so there is nothing to retry.
	if d.env.Planned(r.Delivery) {
		b.Label, b.Help = "send now", "Send the planned event now, before it is due"
	}
	return b
}

// messageBinding returns the key that goes to the message of the delivery's event.
func (d *Screen) messageBinding(r row) screen.Binding {
	b := screen.Binding{Keys: []string{"m"}, Label: "message", Help: "Show the life of the campaign's message that it is about", Do: func() tea.Cmd {
		return screen.ShowMessage(r.MessageID)
	}}
	if r.MessageID == 0 {
		b.Off = "it was fired, so it does not belong to a campaign's message"
	}
	return b
}

// receiptBinding returns the key that goes to the receipt of the built-in receiver.
func (d *Screen) receiptBinding(r row) screen.Binding {
	b := screen.Binding{Keys: []string{"v"}, Label: "receipt", Help: "Go to its receipt in the built-in receiver", Do: func() tea.Cmd {
		return screen.JumpTo(screen.ViewReceiver, r.Receipt.ID)
	}}
	if r.Receipt.ID == 0 {
		b.Off = "the built-in receiver did not get it"
	}
	return b
}

// listBindings returns the keys of the list.
func (d *Screen) listBindings() []screen.Binding {
	all := []screen.Binding{d.FilterBinding("Filter deliveries by state, text or key: failed acme campaign:Orders since:10:36")}
	if d.List().Len() > 0 {
		all = slices.Concat(all, []screen.Binding{d.FollowBinding()}, d.MarkBindings(), []screen.Binding{d.allBinding()}, d.NextBindings())
	}
	return all
}

// replay queues the same event again, as a new delivery, whose outcome is then shown.
func (d *Screen) replay(r row) tea.Cmd {
	return screen.Queue(d.env.Context, func(ctx context.Context) ([]storage.Delivery, error) {
		replayed, err := d.store.ReplayDelivery(ctx, r.ID)
		return []storage.Delivery{replayed}, err
	})
}

// retry makes the next attempt due at once. Its outcome is then shown.
func (d *Screen) retry(r row) tea.Cmd {
	return screen.Queue(d.env.Context, func(ctx context.Context) ([]storage.Delivery, error) {
		return []storage.Delivery{r.Delivery}, d.store.RetryDelivery(ctx, r.ID)
	})
}

// cancel cancels the delivery after a confirmation.
func (d *Screen) cancel(r row) tea.Cmd {
	name := screen.DeliveryName(r.Delivery)
	return d.env.Ask(component.Confirm{
		Title: "Cancel this delivery?",
		Text:  []string{name + " will not be sent. It can be replayed later."},
		Yes:   "cancel it", No: "keep",
	}, func() tea.Cmd {
		return screen.WithToast(func(t component.Toast) component.Toast { return screen.NamingDelivery(t, r.ID) }, screen.Act(d.env.Context, func(ctx context.Context) (string, error) {
			return name + " cancelled", d.store.CancelDelivery(ctx, r.ID)
		}))
	})
}
