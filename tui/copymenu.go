package tui

import (
	"strconv"

	"backchannel/tui/component"

	tea "github.com/charmbracelet/bubbletea"
)

// openCopyMenu offers what the screen in front has to copy.
func (m *Model) openCopyMenu() tea.Cmd {
	c, ok := m.front().(copier)
	if !ok || len(c.Copies()) == 0 {
		return say(info("Nothing to copy here"))
	}
	items := c.Copies()
	column := make([]component.MenuItem, len(items))
	for i, item := range items {
		column[i] = component.MenuItem{ID: strconv.Itoa(i), Key: strconv.Itoa(i + 1), Label: item.label}
	}
	pick := func(id string) tea.Cmd {
		i, err := strconv.Atoi(id)
		if err != nil {
			return nil
		}
		return copyText(items[i].label, items[i].text)
	}
	return m.shared.choose(component.Menu{Title: "Copy", Details: column, Find: true}, pick)
}
