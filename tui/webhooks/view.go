package webhooks

import (
	"strings"

	"backchannel/storage"
	"backchannel/tui/component"
	"backchannel/tui/screen"
	"backchannel/tui/style"
)

// roomyFrom is the width from which the detail has what it needs, and the list the rest.
const (
	roomyFrom    = 160
	narrowDetail = 62
)

// inventoryTitle is Adobe's word for the inventory.
const inventoryTitle = "Feedback webhook settings"

// View draws list and detail, or says what would be here.
func (w *Screen) View(width, height int) string {
	th := w.shared.Theme
	switch {
	case w.err != nil && !w.read:
		return " " + w.readProblem()
	case !w.read:
		return ""
	case len(w.all) == 0:
		return w.welcome(width, height)
	}
	w.panes.Zoomed = w.shared.Zoomed
	w.panes.Weights = []int{5, 3}
	if width >= roomyFrom {
		w.panes.Weights = []int{width - narrowDetail, narrowDetail}
	}
	layout := w.panes.Layout(width, height)
	return layout.Join(th, w.listView(layout.Sizes[screen.PaneList]), w.detailView(layout.Sizes[screen.PaneDetail]))
}

func (w *Screen) listView(size component.Size) string {
	th, height := w.shared.Theme, size.Height-1
	if w.filter.Shown() {
		height--
	}
	w.table.Focused = w.panes.Focused == screen.PaneList && !w.filter.Typing
	w.table.SetSize(size.Width, height)
	title := th.Strong.Render(inventoryTitle)
	if w.err != nil {
		title += "   " + w.readProblem()
	}
	view := component.Fit(" "+title, size.Width) + "\n" + w.table.View(th)
	if w.filter.Shown() {
		view += "\n" + w.filter.View(th, size.Width)
	}
	return view
}

// readProblem is why the inventory could not be read.
func (w *Screen) readProblem() string {
	return w.shared.Theme.Bad.Render(style.Cross + " " + style.Escape(w.err.Error()))
}

func (w *Screen) detailView(size component.Size) string {
	row, ok := w.selected()
	if !ok || !size.Shown() {
		return ""
	}
	w.detail.SetSize(size.Width, size.Height)
	w.detail.Replace(describe(w.shared.Env, row, size.Width, w.panes.Focused == screen.PaneDetail))
	return w.detail.View(w.shared.Theme)
}

// welcome explains the empty inventory, and leads to the first webhook.
func (w *Screen) welcome(width, height int) string {
	return w.shared.Welcome(inventoryTitle, []string{
		"No webhook yet. A feedback webhook is the endpoint to which Journey Optimizer POSTs one JSON event for each status change of a message: sent, delivered, bounce or error.",
		"This console holds the same settings, fires the same events, and has a receiver of its own that shows and checks what arrives.",
	}, [][2]string{
		{"n", "create a webhook: a name and a channel are enough"},
		{"f", "fire an event at it"},
		{"3", "watch it arrive, verified"},
	}, width, height)
}

func columns() []component.Column {
	return []component.Column{
		{Title: "Name", Least: 10, Width: 14, Flex: 3},
		{Title: "Channels", Short: "Ch", Least: 5, Width: 10, Priority: 2},
		{Title: "URL", Least: 12, Width: 24, Flex: 4, Middle: true, Below: true},
		{Title: "Auth", Least: 5, Width: 9, Priority: 1, Below: true},
		{Title: "Organization", Least: 10, Width: 12, Flex: 2, Middle: true, Priority: 2, Below: true},
		{Title: "Sandbox", Least: 7, Width: 8, Flex: 1, Middle: true, Below: true},
		{Title: "State", Width: 8},
		{Title: "Last event", Short: "Last", Least: 9, Width: 10},
		{Title: "Outcome", Width: 11},
		{Title: "When", Width: 8, Priority: 1},
	}
}

// inventory is what the table shows.
type inventory struct {
	rows   []row
	shared *common
}

func (i inventory) Len() int         { return len(i.rows) }
func (i inventory) Key(n int) string { return i.rows[n].ID.String() }

func (i inventory) Row(n int) []component.Cell {
	row, th := i.rows[n], i.shared.Theme
	state := component.Cell{Text: style.Dot + " active", Style: th.Text}
	switch {
	case row.State == storage.Paused:
		state = component.Cell{Text: style.Pause + " paused", Style: th.Warn}
	case row.Delivery.TLS.SkipVerify:
		state = component.Cell{Text: style.Warning + " active", Style: th.Warn}
	}
	cells := []component.Cell{
		{Text: row.Name, Style: th.Strong},
		channelsCell(th, row.Channels),
		{Text: row.ShownURL(), Shorter: []string{strings.TrimPrefix(row.ShownURL(), "https://")}, Style: th.Text},
		{Text: authWord(row.Auth), Shorter: []string{string(row.Auth.JWT.Algorithm)}, Style: th.Text},
		{Text: row.Organization, Style: th.Dim},
		{Text: row.Sandbox.Name, Style: th.Text},
		state,
	}
	if row.last.ID == 0 {
		return append(cells, component.Cell{Text: style.None, Style: th.Dim})
	}
	glyph, ink := screen.StateStyle(th, row.last.State)
	return append(cells,
		component.Cell{Text: string(row.last.Status), Style: th.Text},
		component.Cell{Text: glyph + " " + string(row.last.State), Style: ink},
		component.Cell{Text: i.shared.FormatTime(row.last.CreatedAt), Style: th.Dim})
}

// channelsCell names the channels of a webhook; there are two of them.
func channelsCell(th *style.Theme, channels []storage.Channel) component.Cell {
	cell := component.Cell{Text: screen.List(channels), Style: th.Text}
	if len(channels) > 1 {
		cell.Shorter = []string{"both"}
	}
	return cell
}

// authWord is how a webhook's requests prove where they come from, in short.
func authWord(a storage.Auth) string {
	if a.Type == storage.AuthNone {
		return none
	}
	return strings.TrimSpace("JWT " + string(a.JWT.Algorithm))
}
