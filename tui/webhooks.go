package tui

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"backchannel/storage"
	"backchannel/tui/component"
	"backchannel/tui/style"

	tea "github.com/charmbracelet/bubbletea"
)

// webhooks is the inventory: Feedback webhook settings.
type webhooks struct {
	shared *shared
	list   query[[]inventoryRow]
	all    []inventoryRow
	err    error
	table  component.Table
	panes  component.Panes
}

// inventoryRow is a webhook and what was last delivered for it.
type inventoryRow struct {
	storage.Webhook
	last storage.Delivery // the zero Delivery: none yet
}

func newWebhooks(s *shared) *webhooks {
	return &webhooks{
		shared: s,
		list:   query[[]inventoryRow]{ctx: s.ctx},
		table:  component.Table{Columns: inventoryColumns(), Focused: true},
		panes:  component.Panes{Weights: []int{3, 2}},
	}
}

func inventoryColumns() []component.Column {
	return []component.Column{
		{Title: "Name", Width: 14, Flex: 3},
		{Title: "Channels", Width: 10, Priority: 4},
		{Title: "URL", Width: 16, Flex: 3, Priority: 5},
		{Title: "Auth", Width: 9, Priority: 6},
		{Title: "Organization", Width: 12, Flex: 1, Priority: 7},
		{Title: "Sandbox", Width: 8, Priority: 2},
		{Title: "State", Width: 8},
		{Title: "Last event", Width: 10, Priority: 1},
		{Title: "Outcome", Width: 11, Priority: 1},
		{Title: "When", Width: 12, Priority: 3},
	}
}

func (w *webhooks) Title() string { return "Webhooks" }

func (w *webhooks) Bindings() []binding { return nil }

// Refresh reads the inventory again.
func (w *webhooks) Refresh(c storage.Change) tea.Cmd {
	if !c.Has(storage.ChangedWebhooks | storage.ChangedDeliveries) {
		return nil
	}
	return w.list.ask(w.shared.readInventory)
}

func (s *shared) readInventory(ctx context.Context) ([]inventoryRow, error) {
	all, err := s.Store.Webhooks(ctx)
	if err != nil {
		return nil, fmt.Errorf("read webhooks: %w", err)
	}
	rows := make([]inventoryRow, len(all))
	for i, hook := range all {
		rows[i].Webhook = hook
		last, err := s.Store.Deliveries(ctx, storage.DeliveryQuery{WebhookID: hook.ID, Limit: 1})
		if err != nil {
			return nil, fmt.Errorf("read the last delivery of %s: %w", hook.Name, err)
		}
		if len(last) > 0 {
			rows[i].last = last[0]
		}
	}
	return rows, nil
}

// Update takes the inventory, and keys for the focused pane.
func (w *webhooks) Update(msg tea.Msg) tea.Cmd {
	if a, fresh, cmd := w.list.take(msg); fresh {
		w.err = a.err
		if a.err == nil {
			w.all = a.value
			w.table.SetSource(inventory{w.all, w.shared})
		}
		return cmd
	}
	if key, ok := msg.(tea.KeyMsg); ok {
		w.table.Key(key)
	}
	return nil
}

func (w *webhooks) View(width, height int) string {
	w.table.SetSize(width, height)
	return w.table.View(w.shared.theme)
}

// Webhook is the selected one.
func (w *webhooks) Webhook() (storage.ID, bool) {
	row, ok := w.selected()
	return row.ID, ok
}

func (w *webhooks) selected() (inventoryRow, bool) {
	key, ok := w.table.Selected()
	i := slices.IndexFunc(w.all, func(r inventoryRow) bool { return r.ID.String() == key })
	if !ok || i < 0 {
		return inventoryRow{}, false
	}
	return w.all[i], true
}

// inventory is what the table shows.
type inventory struct {
	rows   []inventoryRow
	shared *shared
}

func (i inventory) Len() int         { return len(i.rows) }
func (i inventory) Key(n int) string { return i.rows[n].ID.String() }

func (i inventory) Row(n int) []component.Cell {
	row, th := i.rows[n], i.shared.theme
	state := component.Cell{Text: style.Dot + " active", Style: th.Text}
	if row.State == storage.Paused {
		state = component.Cell{Text: style.Pause + " paused", Style: th.Warn}
	}
	cells := []component.Cell{
		{Text: row.Name, Style: th.Strong},
		{Text: list(row.Channels), Style: th.Text},
		{Text: row.URL, Style: th.Text},
		{Text: authWord(row.Auth), Style: th.Text},
		{Text: row.Organization, Style: th.Dim},
		{Text: row.Sandbox.Name, Style: th.Text},
		state,
	}
	if row.last.ID == 0 {
		return append(cells, component.Cell{Text: style.None, Style: th.Dim})
	}
	glyph, ink := look(th, row.last.State)
	return append(cells,
		component.Cell{Text: string(row.last.Status), Style: th.Text},
		component.Cell{Text: glyph + " " + string(row.last.State), Style: ink},
		component.Cell{Text: i.shared.moment(row.last.CreatedAt), Style: th.Dim})
}

// authWord is how a webhook's requests prove where they come from, in short.
func authWord(a storage.Auth) string {
	if a.Type == storage.AuthNone {
		return "none"
	}
	return strings.TrimSpace("JWT " + string(a.JWT.Algorithm))
}
