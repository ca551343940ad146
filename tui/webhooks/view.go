package webhooks

import (
	"strings"

	"backchannel/storage"
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
		"This console holds the same settings, fires the same events, and has a receiver of its own that shows and checks what arrives.",
	}, [][2]string{
		{"n", "create a webhook: a name and a channel are enough"},
		{"f", "fire an event at it"},
		{"4", "watch it arrive, verified"},
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
		component.Cell{Text: s.FormatTime(row.last.CreatedAt), Style: th.Dim})
}

// channelsCell names the channels of a webhook, of which there are only two.
func channelsCell(th *style.Theme, channels []storage.Channel) component.Cell {
	cell := component.Cell{Text: screen.List(channels), Style: th.Text}
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
