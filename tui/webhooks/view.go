package webhooks

import (
	"strings"

	"backchannel/storage"
	"backchannel/storage/words"
	"backchannel/tui/component"
	"backchannel/tui/screen"
	"backchannel/tui/style"
)

// inventoryTitle is Adobe's name for the inventory.
const inventoryTitle = "Feedback webhook settings"

// welcome explains the empty inventory, and how to create the first webhook.
func welcome(s *screen.Env, width, height int) string {
	return s.Welcome(inventoryTitle, []string{
		"No webhook yet. A feedback webhook is the endpoint to which Journey Optimizer POSTs one JSON event for each status change of a message: sent, delivered, bounce or error.",
		"This console has the same settings, fires the same events, and has a receiver that shows and checks what arrives.",
	}, [][2]string{
		{"n", "create a webhook: a name and a channel are enough"},
		{"f", "fire an event at it"},
		{"4", "watch it arrive, verified"},
	}, width, height)
}

// columns returns the columns of the inventory.
func columns() []component.Column {
	return []component.Column{
		{Title: "Name", Min: 10, Width: 16, Flex: 3},
		{Title: "Channels", Short: "Ch", Min: 5, Width: 10, Priority: 3},
		{Title: "Auth", Min: 5, Width: 9, Priority: 2},
		{Title: "Sandbox", Min: 7, Width: 8, Flex: 1, Middle: true, Priority: 1},
		{Title: "State", Width: 8},
		{Title: "Outcome", Width: 11},
		{Title: "When", Width: 8, Priority: 4},
		{Title: "URL", Width: 24, Flex: 4, Middle: true, Extra: true},
		{Title: "Organization", Width: 12, Flex: 2, Middle: true, Extra: true},
		{Title: "Last event", Width: 10, Extra: true},
	}
}

// cells returns a webhook's row in the list.
func cells(s *screen.Env, row row) []component.Cell {
	th := s.Theme
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
		{Text: authWord(row.Auth), Shorter: []string{string(row.Auth.JWT.Algorithm)}, Style: th.Text},
		{Text: row.Sandbox.Name, Style: th.Text},
		state,
	}
	outcome, when, event := lastCells(s, row.last)
	return append(cells, outcome, when,
		component.Cell{Text: row.ShownURL(), Style: th.Text},
		component.Cell{Text: row.Organization, Style: th.Dim}, event)
}

// lastCells returns the cells of a webhook's last delivery: its state, its time and its event.
func lastCells(s *screen.Env, last storage.Delivery) (outcome, when, event component.Cell) {
	th := s.Theme
	if last.ID == 0 {
		return component.Cell{Text: style.None, Style: th.Dim}, when, event
	}
	glyph, ink := screen.StateStyle(th, last.State)
	return component.Cell{Text: glyph + " " + string(last.State), Style: ink},
		component.Cell{Text: s.FormatTime(last.CreatedAt), Style: th.Dim},
		component.Cell{Text: string(last.Status), Style: th.Text}
}

// channelsCell names the channels of a webhook, of which there are only two.
func channelsCell(th *style.Theme, channels []storage.Channel) component.Cell {
	cell := component.Cell{Text: words.List(channels), Style: th.Text}
	if len(channels) > 1 {
		cell.Shorter = []string{"both"}
	}
	return cell
}

// authWord returns the method of authentication, in short.
func authWord(a storage.Auth) string {
	if a.Type == storage.AuthNone {
		return none
	}
	return strings.TrimSpace("JWT " + string(a.JWT.Algorithm))
}
