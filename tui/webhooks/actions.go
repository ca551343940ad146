package webhooks

import (
	"context"
	"fmt"
	"slices"
	"time"

	"backchannel/storage"
	"backchannel/tui/component"
	"backchannel/tui/screen"

	tea "github.com/charmbracelet/bubbletea"
)

// Bindings returns the keys of the inventory and of its selected webhook.
func (w *Screen) Bindings() []screen.Binding {
	if w.Typing() {
		return w.TypingBindings()
	}
	create := screen.Binding{Keys: []string{"n"}, Label: "new", Help: "Create a feedback webhook", Do: w.create}
	list := w.ListBindings("Filter webhooks: acme state:paused channel:sms -auth:none")
	r, ok := w.Selected()
	all := w.rowBindings(r)
	if !ok {
		return slices.Concat([]screen.Binding{create}, list, screen.NoneHere("webhook", all))
	}
	return slices.Concat(w.SearchBindings(), all[:1], []screen.Binding{create}, all[1:], list, w.relatedBindings(r))
}

// relatedBindings returns the keys that lead to the webhook's deliveries, receipts and campaigns.
func (w *Screen) relatedBindings(r row) []screen.Binding {
	of := storage.Filter{Terms: []storage.Term{{Key: "webhook", Value: r.Name}}}.String()
	to := func(v screen.View, filter string) func() tea.Cmd {
		return func() tea.Cmd { return screen.FilterTo(v, filter) }
	}
	return []screen.Binding{
		{Keys: []string{"v"}, Label: "deliveries", Help: "Go to its deliveries", Do: to(screen.ViewDeliveries, of)},
		{Keys: []string{"r"}, Label: "receipts", Help: "Go to its receipts", Do: to(screen.ViewReceiver, of)},
		{Keys: []string{"c"}, Label: "campaigns", Help: "Go to the campaigns whose events it gets", Do: to(screen.ViewCampaigns, of)},
	}
}

// rowBindings returns the keys that act on the webhook.
func (w *Screen) rowBindings(r row) []screen.Binding {
	toggle := screen.Binding{Keys: []string{"a"}, Label: "pause", Help: "Pause: events are queued, not sent", Do: w.OnSelected(w.toggle)}
	if r.State == storage.Paused {
		toggle.Label, toggle.Help = "activate", "Activate: queued events are sent"
	}
	return []screen.Binding{
		w.OpenBinding(),
		{Keys: []string{"e"}, Label: "edit", Help: "Edit the webhook", Do: w.OnSelected(w.edit)},
		toggle,
		{Keys: []string{"K"}, Label: "check", Help: "Check whether its endpoint is ready", Do: w.OnSelected(func(r row) tea.Cmd { return screen.ShowCheck(r.ID, time.Time{}) })},
		{Keys: []string{"D"}, Label: "duplicate", Help: "Duplicate it for another sandbox", Do: w.OnSelected(w.duplicate)},
		{Keys: []string{"d"}, Label: "delete", Help: "Delete the webhook; its receipts are kept", Do: w.OnSelected(w.delete)},
	}
}

// form returns a form that edits a webhook, or creates it if it has no ID yet.
func (w *Screen) form(hook storage.Webhook) *form { return newForm(w.env, w.store, w.rules, hook) }

// create opens a form for a new webhook, whose organization is that of the newest webhook: most people
// have only one.
func (w *Screen) create() tea.Cmd {
	hook := storage.NewWebhook()
	var newest storage.ID
	for _, r := range w.All() {
		if r.ID > newest {
			newest, hook.Organization = r.ID, r.Organization
		}
	}
	return screen.Open(w.form(hook))
}

// edit opens a form for the webhook.
func (w *Screen) edit(r row) tea.Cmd { return screen.Open(w.form(r.Webhook)) }

// duplicate opens a form for a copy of a webhook. The copy has no sandbox yet, because a sandbox can have
// only one webhook.
func (w *Screen) duplicate(r row) tea.Cmd {
	hook := r.Webhook
	hook.ID, hook.Version, hook.Sandbox = 0, 0, storage.Sandbox{}
	hook.State, hook.StateReason = storage.Active, ""
	hook.Name += " copy"
	form := w.form(hook)
	form.Focus(fieldSandbox)
	return screen.Open(form)
}

// toggle pauses or activates a webhook.
func (w *Screen) toggle(r row) tea.Cmd {
	state, text := storage.Paused, r.Name+" paused: events are queued, not sent"
	if r.State == storage.Paused {
		state, text = storage.Active, r.Name+" active: queued events are sent"
	}
	return screen.Act(w.env.Context, func(ctx context.Context) (string, error) {
		return text, w.store.SetWebhookState(ctx, r.ID, state, "")
	})
}

// maxPending limits how many deliveries are counted before the question whether to delete. A larger
// number would not change a person's answer.
const maxPending = 1000

// delete counts the deliveries that would be cancelled, and then asks.
func (w *Screen) delete(r row) tea.Cmd {
	return screen.ReadThen(w.env, func(ctx context.Context) (int, error) {
		pending, err := w.store.Deliveries(ctx, storage.DeliveryQuery{
			WebhookID: r.ID, Limit: maxPending,
			States: []storage.State{storage.Queued, storage.Sending, storage.Retrying, storage.Parked},
		})
		return len(pending), err
	}, func(pending int, err error) tea.Cmd {
		if err != nil {
			return screen.Say(screen.Bad(fmt.Sprintf("count what %s has queued: %v", r.Name, err)))
		}
		return w.confirmDelete(r.Webhook, pending)
	})
}

// confirmDelete asks whether to delete. If deliveries would be cancelled, the name has to be typed, because
// they cannot be restored.
func (w *Screen) confirmDelete(hook storage.Webhook, pending int) tea.Cmd {
	c := component.Confirm{
		Title: "Delete " + hook.Name + "?",
		Text:  []string{"Its configuration will be lost. Receipts and past deliveries are kept."},
		Yes:   "delete", No: "keep",
	}
	if pending > 0 {
		c.Text = append(c.Text, pendingText(pending))
		c.Typed = hook.Name
	}
	return w.env.Ask(c, func() tea.Cmd {
		return screen.Act(w.env.Context, func(ctx context.Context) (string, error) {
			cancelled, err := w.store.DeleteWebhook(ctx, hook.ID)
			return deletedText(hook.Name, cancelled), err
		})
	})
}

// pendingText returns how many deliveries will be cancelled. DeleteWebhook returns the exact number.
func pendingText(n int) string {
	switch {
	case n >= maxPending:
		return fmt.Sprintf("%d or more deliveries are queued and will be cancelled.", maxPending)
	case n == 1:
		return "1 delivery is queued and will be cancelled."
	}
	return fmt.Sprintf("%d deliveries are queued and will be cancelled.", n)
}

// deletedText returns the toast after a webhook was deleted, with the number of cancelled deliveries.
func deletedText(name string, cancelled int) string {
	if cancelled == 0 {
		return name + " deleted"
	}
	return fmt.Sprintf("%s deleted, %d queued cancelled", name, cancelled)
}
