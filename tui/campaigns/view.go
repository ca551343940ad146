package campaigns

import (
	"backchannel/storage"
	"backchannel/tui/component"
	"backchannel/tui/screen"
	"backchannel/tui/style"
)

// inventoryTitle is Adobe's name for campaigns of this kind.
const inventoryTitle = "API-triggered campaigns"

// welcome explains the empty inventory, and how to create the first campaign.
func welcome(s *screen.Env, width, height int) string {
	return s.Welcome(inventoryTitle, []string{
		"No campaign yet. An application calls the execution API with the ID of a live transactional campaign; messages go out, and their feedback events reach the webhook of the campaign's organization and sandbox.",
		"Here the receiver answers these calls as Journey Optimizer does: in an application only the host changes.",
	}, [][2]string{
		{"n", "create a campaign: a name is enough"},
		{"a", "activate it, so that calls are accepted"},
		{"1", "the webhooks, one of which gets the events"},
	}, width, height)
}

// columns returns the columns of the inventory.
func columns() []component.Column {
	return []component.Column{
		{Title: "Name", Min: 10, Width: 16, Flex: 3},
		{Title: "Channel", Short: "Ch", Min: 5, Width: 7},
		{Title: "Status", Min: 9, Width: 14},
		{Title: "Webhooks", Short: "Hooks", Min: 5, Width: 8},
		{Title: "Executions", Short: "Exec", Min: 5, Width: 10, Right: true},
		{Title: "Delivered", Short: "Deliv", Min: 5, Width: 9, Right: true},
		{Title: "Bounced", Short: "Bnc", Min: 4, Width: 7, Right: true},
		{Title: "Failed", Short: "Fail", Min: 4, Width: 6, Right: true},
		{Title: "Organization", Width: 20, Middle: true, Extra: true},
		{Title: "Sandbox", Width: 12, Middle: true, Extra: true},
	}
}

// cells returns a campaign's row in the list.
func cells(th *style.Theme, r row) []component.Cell {
	return []component.Cell{
		{Text: r.Name, Style: th.Strong},
		{Text: string(r.Channel), Style: th.Text},
		statusCell(th, r.Campaign),
		webhooksCell(th, r),
		{Text: screen.Thousands(r.Executions), Style: dimZero(th, r.Executions, th.Text)},
		countCell(th, r, storage.MessageDelivered, th.Text),
		countCell(th, r, storage.MessageBounce, th.Bad),
		countCell(th, r, storage.MessageError, th.Bad),
		{Text: r.Organization, Style: th.Dim},
		{Text: r.Sandbox.Name, Style: th.Dim},
	}
}

// statusCell returns the cell with the status. A live campaign may also have a draft, which calls do not use yet.
func statusCell(th *style.Theme, c storage.Campaign) component.Cell {
	glyph, ink := statusStyle(th, c.Status)
	cell := component.Cell{Text: glyph + " " + string(c.Status), Style: ink}
	if c.Draft != nil {
		cell.Shorter = []string{cell.Text + " +"}
		cell.Text += " + draft"
	}
	return cell
}

// statusStyle returns the glyph and the style of a status. Every status has a different glyph, because NO_COLOR
// removes colours.
func statusStyle(th *style.Theme, status storage.CampaignStatus) (string, style.Style) {
	switch status {
	case storage.CampaignLive:
		return style.Dot, th.Text
	case storage.CampaignStopped:
		return style.None, th.Dim
	}
	return style.Info, th.Dim
}

// webhooksCell returns the cell that says whether webhooks are enabled, with a warning if that has no effect.
func webhooksCell(th *style.Theme, r row) component.Cell {
	switch {
	case !r.Webhooks:
		return component.Cell{Text: style.None + " off", Style: th.Dim}
	case r.silent != "":
		return component.Cell{Text: style.Warning + " on", Style: th.Warn}
	}
	return component.Cell{Text: style.Check + " on", Style: th.Text}
}

// countCell returns the cell with the number of the campaign's messages in a state.
func countCell(th *style.Theme, r row, state storage.MessageState, ink style.Style) component.Cell {
	n := r.counts[state]
	return component.Cell{Text: screen.Thousands(n), Style: dimZero(th, n, ink)}
}

// dimZero returns a dim style for 0, so that other numbers stand out.
func dimZero(th *style.Theme, n int64, ink style.Style) style.Style {
	if n == 0 {
		return th.Dim
	}
	return ink
}
