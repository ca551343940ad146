package tui

import (
	"strconv"

	"backchannel/tui/component"
	"backchannel/tui/screen"

	tea "github.com/charmbracelet/bubbletea"
)

// openCopyMenu offers what the screen in front has to copy.
func (m *Model) openCopyMenu() tea.Cmd {
	c, ok := m.front().(screen.Copier)
	if !ok || len(c.Copies()) == 0 {
		return screen.Say(screen.Info("Nothing to copy here"))
	}
	items := c.Copies()
	column := make([]component.MenuItem, len(items))
	for i, item := range items {
		column[i] = component.MenuItem{ID: strconv.Itoa(i), Key: strconv.Itoa(i + 1), Label: item.Label}
	}
	pick := func(id string) tea.Cmd {
		i, err := strconv.Atoi(id)
		if err != nil {
			return nil
		}
		return screen.CopyText(items[i].Label, items[i].Text)
	}
	return m.env.Choose(component.Menu{Title: "Copy", Details: column, Find: true}, pick)
}
