package webhooks

import (
	"context"
	"fmt"

	"backchannel/storage"
	"backchannel/tui/component"
	"backchannel/tui/screen"

	tea "github.com/charmbracelet/bubbletea"
)

// Bindings are what can be done with the inventory and its selected webhook.
func (w *Screen) Bindings() []screen.Binding {
	create := screen.Binding{Keys: []string{"n"}, Label: "new", Help: "Create a feedback webhook", Do: w.create}
	row, ok := w.selected()
	if !ok {
		rest := screen.Because("there is no webhook here to do that with", w.rowBindings(row))
		return append(append([]screen.Binding{create}, w.listBindings()...), rest...)
	}
	all := w.rowBindings(row)
	return append(append([]screen.Binding{all[0], create}, all[1:]...), w.listBindings()...)
}

// rowBindings do something with the webhook.
func (w *Screen) rowBindings(row row) []screen.Binding {
	toggle := screen.Binding{Keys: []string{"a"}, Label: "pause", Help: "Pause: events are queued, not sent", Do: w.toggle}
	if row.State == storage.Paused {
		toggle.Label, toggle.Help = "activate", "Activate: what is queued is sent"
	}
	return []screen.Binding{
		{Keys: []string{"enter"}, Label: "open", Help: "Go to the detail", Do: w.focus(screen.PaneDetail)},
		{Keys: []string{"e"}, Label: "edit", Help: "Edit the webhook", Do: w.edit},
		toggle,
		{Keys: []string{"D"}, Label: "duplicate", Help: "Duplicate it for another sandbox", Do: w.duplicate},
		{Keys: []string{"d"}, Label: "delete", Help: "Delete the webhook; its receipts stay", Do: w.delete},
	}
}

func (w *Screen) listBindings() []screen.Binding {
	if len(w.all) == 0 {
		return nil
	}
	return []screen.Binding{
		{Keys: []string{"/"}, Label: "filter", Help: "Show only webhooks with these words", Do: w.openFilter},
		{Keys: []string{"tab", "shift+tab"}, Help: "Other pane", Do: w.focus(1 - w.panes.Focused)},
	}
}

func (w *Screen) openFilter() tea.Cmd {
	w.panes.Focused = screen.PaneList
	return w.filter.Open()
}

func (w *Screen) focus(pane int) func() tea.Cmd {
	return func() tea.Cmd {
		w.panes.Focused = pane
		return nil
	}
}

// create starts from the organization used last.
func (w *Screen) create() tea.Cmd {
	hook := storage.NewWebhook()
	var newest storage.ID
	for _, row := range w.all {
		if row.ID > newest {
			newest, hook.Organization = row.ID, row.Organization
		}
	}
	return screen.Open(newForm(w.shared, hook))
}

func (w *Screen) edit() tea.Cmd {
	row, ok := w.selected()
	if !ok {
		return nil
	}
	return screen.Open(newForm(w.shared, row.Webhook))
}

// duplicate fills in a new webhook, all but the sandbox: each has one webhook.
func (w *Screen) duplicate() tea.Cmd {
	row, ok := w.selected()
	if !ok {
		return nil
	}
	hook := row.Webhook
	hook.ID, hook.Version, hook.Sandbox = 0, 0, storage.Sandbox{}
	hook.State, hook.StateReason = storage.Active, ""
	hook.Name += " copy"
	form := newForm(w.shared, hook)
	form.form.Focus(fieldSandbox)
	return screen.Open(form)
}

func (w *Screen) toggle() tea.Cmd {
	row, ok := w.selected()
	if !ok {
		return nil
	}
	state, text := storage.Paused, row.Name+" paused: events are queued, not sent"
	if row.State == storage.Paused {
		state, text = storage.Active, row.Name+" active: what is queued is sent"
	}
	set := w.shared.Store.SetWebhookState
	return screen.Act(w.shared.Context, func(ctx context.Context) (string, error) {
		return text, set(ctx, row.ID, state, "")
	})
}

// pendingMsg says how much a webhook still has to deliver.
type pendingMsg struct {
	webhook storage.Webhook
	pending int
	err     error
}

// pendingMost bounds what is counted for a question.
const pendingMost = 1000

// delete counts first what would be cancelled, then asks.
func (w *Screen) delete() tea.Cmd {
	row, ok := w.selected()
	if !ok {
		return nil
	}
	ctx, read := w.shared.Context, w.shared.Store.Deliveries
	return w.shared.Opening(func() tea.Msg {
		pending, err := read(ctx, storage.DeliveryQuery{
			WebhookID: row.ID, Limit: pendingMost,
			States: []storage.State{storage.Queued, storage.Sending, storage.Retrying, storage.Parked},
		})
		return pendingMsg{row.Webhook, len(pending), err}
	})
}

func (w *Screen) confirmDelete(msg pendingMsg) tea.Cmd {
	if msg.err != nil {
		return screen.Say(screen.Bad(fmt.Sprintf("count what %s has queued: %v", msg.webhook.Name, msg.err)))
	}
	c := component.Confirm{
		Title: "Delete " + msg.webhook.Name + "?",
		Text:  []string{"Its configuration is gone then. Receipts and past deliveries stay."},
		Yes:   "delete", No: "keep",
	}
	if msg.pending > 0 {
		c.Text = append(c.Text, pendingText(msg.pending))
		c.Typed = msg.webhook.Name
	}
	remove := w.shared.Store.DeleteWebhook
	return w.shared.Ask(c, func() tea.Cmd {
		return screen.Act(w.shared.Context, func(ctx context.Context) (string, error) {
			cancelled, err := remove(ctx, msg.webhook.ID)
			return deletedText(msg.webhook.Name, cancelled), err
		})
	})
}

func pendingText(n int) string {
	switch {
	case n >= pendingMost:
		return fmt.Sprintf("%d or more deliveries are queued and will be cancelled.", pendingMost)
	case n == 1:
		return "1 delivery is queued and will be cancelled."
	}
	return fmt.Sprintf("%d deliveries are queued and will be cancelled.", n)
}

func deletedText(name string, cancelled int) string {
	if cancelled == 0 {
		return name + " deleted"
	}
	return fmt.Sprintf("%s deleted, %d queued cancelled", name, cancelled)
}
