// Package webhooks is the screen that keeps the inventory, Feedback webhook settings, and its
// forms. Begin with [New].
package webhooks

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"backchannel/storage"
	"backchannel/tui/component"
	"backchannel/tui/screen"

	tea "github.com/charmbracelet/bubbletea"
)

// Store keeps the webhooks, and what was last delivered for them.
type Store interface {
	Webhooks(context.Context) ([]storage.Webhook, error)
	Webhook(context.Context, storage.ID) (storage.Webhook, error)
	CreateWebhook(context.Context, *storage.Webhook) error
	UpdateWebhook(context.Context, *storage.Webhook) error
	DeleteWebhook(context.Context, storage.ID) (cancelled int, err error)
	SetWebhookState(ctx context.Context, id storage.ID, state storage.WebhookState, reason string) error
	Deliveries(context.Context, storage.DeliveryQuery) ([]storage.Delivery, error)
}

// common is what the inventory and its forms have.
type common struct {
	*screen.Env
	Store Store
	Rules storage.Rules
}

// Screen is the inventory: Feedback webhook settings.
type Screen struct {
	shared *common
	list   screen.Query[[]row]
	read   bool // once at least
	err    error
	all    []row
	shown  []row // what the filter leaves
	filter screen.Filter
	table  component.Table
	detail component.Viewer
	panes  component.Panes
	reveal storage.ID // to be selected as soon as it is there
}

// row is a webhook and what was last delivered for it.
type row struct {
	storage.Webhook
	warnings storage.FieldErrors
	last     storage.Delivery // the zero Delivery: none yet
}

// New shows what a store has; rules are those that it accepts webhooks by.
func New(e *screen.Env, store Store, rules storage.Rules) *Screen {
	s := &common{Env: e, Store: store, Rules: rules}
	return &Screen{
		shared: s,
		list:   screen.Query[[]row]{Ctx: s.Context},
		panes:  component.Panes{Upper: 5},
		table:  component.Table{Columns: columns(), Empty: []string{"Nothing matches the filter.", "esc takes it away."}},
	}
}

// Title is the tab's.
func (w *Screen) Title() string { return "Webhooks" }

// Refresh reads the inventory again.
func (w *Screen) Refresh(c storage.Change) tea.Cmd {
	if !c.Has(storage.ChangedWebhooks | storage.ChangedDeliveries) {
		return nil
	}
	return w.list.Ask(w.shared.readInventory)
}

func (s *common) readInventory(ctx context.Context) ([]row, error) {
	all, err := s.Store.Webhooks(ctx)
	if err != nil {
		return nil, err
	}
	rows := make([]row, len(all))
	for i, hook := range all {
		rows[i].Webhook, rows[i].warnings = hook, hook.Warnings(ctx, s.Rules)
		last, err := s.Store.Deliveries(ctx, storage.DeliveryQuery{WebhookID: hook.ID, Limit: 1})
		if err != nil {
			return nil, err
		}
		if len(last) > 0 {
			rows[i].last = last[0]
		}
	}
	return rows, nil
}

// Update takes the inventory, and keys for what has the focus.
func (w *Screen) Update(msg tea.Msg) tea.Cmd {
	if a, fresh, cmd := w.list.Take(msg); fresh {
		w.take(a.Value, a.Err)
		return cmd
	}
	switch msg := msg.(type) {
	case tea.KeyMsg:
		w.key(msg)
	case pendingMsg:
		return w.confirmDelete(msg)
	}
	return nil
}

// Tried reports whether somebody tried to read the inventory.
func (w *Screen) Tried() bool { return w.read || w.err != nil }

func (w *Screen) take(rows []row, err error) {
	w.err = err
	if err != nil {
		return
	}
	w.read, w.all = true, rows
	w.applyFilter()
	if w.reveal != 0 && w.table.Select(w.reveal.String()) {
		w.reveal = 0
	}
}

// applyFilter applies the filter.
func (w *Screen) applyFilter() {
	words := strings.Fields(strings.ToLower(w.filter.Text()))
	w.shown = slices.DeleteFunc(slices.Clone(w.all), func(r row) bool {
		text := strings.ToLower(strings.Join([]string{
			r.Name, r.Organization, r.Sandbox.Name, r.URL, screen.List(r.Channels), authWord(r.Auth), string(r.State), string(r.last.Status),
		}, " "))
		return slices.ContainsFunc(words, func(word string) bool { return !strings.Contains(text, word) })
	})
	w.table.SetSource(inventory{w.shown, w.shared})
}

func (w *Screen) key(msg tea.KeyMsg) {
	switch {
	case w.filter.Typing:
		if w.filter.Key(msg) {
			w.applyFilter()
		} else if !w.filter.Typing {
			w.table.Choose() // what it was filtered for
		}
	case w.panes.Focused == screen.PaneDetail:
		w.detail.Key(msg)
	case w.table.Key(msg):
		w.detail = component.Viewer{}
	}
}

// Busy is while what is to be selected is read, also by what fires at it.
func (w *Screen) Busy(tea.KeyMsg) bool {
	if w.filter.Typing {
		return false
	}
	id, ok := w.Webhook()
	_, known := w.shared.Targets.Find(id)
	unknown := ok && !known && w.shared.Targets.Reading
	return unknown || w.list.Running && (!w.Tried() || w.reveal != 0)
}

// Typing is while the filter takes the keys.
func (w *Screen) Typing() bool { return w.filter.Typing }

// Back leads from the filter and the detail to the list.
func (w *Screen) Back() (tea.Cmd, bool) {
	switch {
	case !w.filter.Typing && w.panes.Focused == screen.PaneDetail:
		w.panes.Focused = screen.PaneList
		return nil, true
	case w.filter.Clear():
		w.applyFilter()
		return nil, true
	}
	return nil, false
}

// Reveal selects a webhook, as soon as it was read.
func (w *Screen) Reveal(id storage.ID) tea.Cmd {
	if w.filter.Clear() {
		w.applyFilter()
	}
	w.panes.Focused = screen.PaneList
	if !w.table.Select(id.String()) {
		w.reveal = id
	}
	return nil
}

// Webhook is the selected one.
func (w *Screen) Webhook() (storage.ID, bool) {
	row, ok := w.selected()
	return row.ID, ok
}

func (w *Screen) selected() (row, bool) {
	if i := w.table.Index(); i < len(w.shown) {
		return w.shown[i], true
	}
	return row{}, false
}

// Position is where the selection is in the list.
func (w *Screen) Position() string {
	if len(w.all) == 0 {
		return ""
	}
	return fmt.Sprintf("%d of %d", min(w.table.Index()+1, len(w.shown)), len(w.shown))
}

// Copies are what one types elsewhere of a webhook.
func (w *Screen) Copies() []screen.CopyItem {
	row, ok := w.selected()
	if !ok {
		return nil
	}
	items := []screen.CopyItem{{Label: "URL", Text: row.Target(w.shared.Status.ReceiverURL())}, {Label: "name", Text: row.Name}, {Label: "ID", Text: row.ID.String()}}
	return append(items, screen.CopyItem{Label: "organization", Text: row.Organization}, screen.CopyItem{Label: "sandbox ID", Text: row.Sandbox.ID})
}
