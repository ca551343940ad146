// Package webhooks is the screen of the inventory, Feedback webhook settings, and the form that creates and
// edits webhooks. Start with [New].
package webhooks

import (
	"context"
	"time"

	"backchannel/storage"
	"backchannel/tui/component"
	"backchannel/tui/screen"

	tea "github.com/charmbracelet/bubbletea"
)

// Store stores the webhooks, and reads their latest deliveries.
type Store interface {
	formStore
	DeleteWebhook(context.Context, storage.ID) (cancelled int, err error)
	SetWebhookState(ctx context.Context, id storage.ID, state storage.WebhookState, reason string) error
	Deliveries(context.Context, storage.DeliveryQuery) ([]storage.Delivery, error)
	AttemptTallies(ctx context.Context, webhook storage.ID, until time.Time) (storage.AttemptTallies, error)
}

// Screen is the inventory: Feedback webhook settings.
type Screen struct {
	*screen.Inventory[row]
	env    *screen.Env
	store  Store
	rules  storage.Rules
	recent recent // of the selected webhook
}

// row is a webhook and its latest delivery.
type row struct {
	storage.Webhook
	warnings storage.FieldErrors
	last     storage.Delivery // the zero Delivery: none yet
}

// New returns the inventory of a store; rules are those by which it accepts webhooks.
func New(e *screen.Env, store Store, rules storage.Rules) *Screen {
	w := &Screen{env: e, store: store, rules: rules, recent: newRecent(e, store)}
	w.Inventory = screen.NewInventory(e, screen.InventorySpec[row]{
		Title:   inventoryTitle,
		Columns: columns(),
		ID:      func(r row) storage.ID { return r.ID },
		Row:     func(r row) []component.Cell { return cells(e, r) },
		Filter:  screen.FilterSpec{View: "webhooks", Syntax: storage.WebhookFilter()},
		Fields:  compared,
		Read:    w.readInventory,
		Listed:  storage.ChangedWebhooks | storage.ChangedDeliveries,
		Moved:   w.follow,
		Detail:  w.describe,
		Gone:    "the webhook was deleted",
		Welcome: func(width, height int) string { return welcome(e, width, height) },
	})
	return w
}

// Title returns the view's name.
func (w *Screen) Title() string { return "Webhooks" }

// Refresh reads again what a change affects.
func (w *Screen) Refresh(c storage.Change) tea.Cmd {
	return tea.Batch(w.Inventory.Refresh(c), w.recent.refresh(c))
}

// Update handles the results of reads, and keys without a binding.
func (w *Screen) Update(msg tea.Msg) tea.Cmd {
	return tea.Batch(w.recent.update(msg), w.Inventory.Update(msg))
}

// follow reads the attempts of the selected webhook, if another one has been selected.
func (w *Screen) follow() tea.Cmd {
	id, _ := w.Webhook()
	return w.recent.follow(id)
}

// readInventory reads the webhooks, and the latest delivery of each.
func (w *Screen) readInventory(ctx context.Context) ([]row, error) {
	all, err := w.store.Webhooks(ctx)
	if err != nil {
		return nil, err
	}
	rows := make([]row, len(all))
	for i, hook := range all {
		rows[i].Webhook, rows[i].warnings = hook, hook.Warnings(ctx, w.rules)
		last, err := w.store.Deliveries(ctx, storage.DeliveryQuery{WebhookID: hook.ID, Limit: 1})
		if err != nil {
			return nil, err
		}
		if len(last) > 0 {
			rows[i].last = last[0]
		}
	}
	return rows, nil
}

// compared returns the fields of a row that the filter compares.
func compared(r row) []storage.Fields {
	return []storage.Fields{r.Fields(r.last)}
}

// Busy reports whether the selected webhook is being read, for the list or as a target of the key f.
func (w *Screen) Busy(key tea.KeyMsg) bool {
	if w.Typing() {
		return false
	}
	id, ok := w.Webhook()
	_, known := w.env.Targets.Find(id)
	return ok && !known && w.env.Targets.Reading || w.Inventory.Busy(key)
}

// Webhook returns the selected webhook, at which f fires.
func (w *Screen) Webhook() (storage.ID, bool) {
	r, ok := w.Selected()
	return r.ID, ok
}

// Copies returns the texts of a webhook that a person may want to copy.
func (w *Screen) Copies() []screen.CopyItem {
	r, ok := w.Selected()
	if !ok {
		return nil
	}
	return []screen.CopyItem{
		{Label: "URL", Text: r.Target(w.env.Status.ReceiverURL())}, {Label: "name", Text: r.Name}, {Label: "ID", Text: r.ID.String()},
		{Label: "organization", Text: r.Organization}, {Label: "sandbox ID", Text: r.Sandbox.ID},
	}
}
