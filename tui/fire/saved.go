package fire

import (
	"fmt"
	"slices"

	"backchannel/fixtures/fire"
	"backchannel/storage"
	"backchannel/tui/component"
	"backchannel/tui/screen"

	tea "github.com/charmbracelet/bubbletea"
)

// chooseSaved asks which saved fixture to fire.
func (m *menu) chooseSaved() tea.Cmd {
	return m.firer.env.Choose(component.Menu{Title: "Which saved fixture?", Details: component.Number(m.savedItems()), Find: true, Names: true}, func(name string) tea.Cmd {
		of, ok := m.savedSpec(name)
		if !ok {
			return nil
		}
		return tea.Batch(screen.Dismiss(m), m.firer.fire(of))
	})
}

// savedItems returns the saved fixtures. Those for a channel that the webhook does not have are disabled, with the
// reason.
func (m *menu) savedItems() (items []component.MenuItem) {
	for _, saved := range m.firer.saved {
		item := component.MenuItem{ID: saved.Name, Label: saved.Name, Detail: fmt.Sprintf("%s, %s", saved.Status, saved.Channel)}
		if !m.webhook.Has(saved.Channel) {
			item.Off, item.Detail = true, fmt.Sprintf("is for %s, which is not a channel of %s", saved.Channel, m.webhook.Name)
		}
		items = append(items, item)
	}
	return items
}

// savedSpec returns the event of a saved fixture, or false if the fixture was deleted. It omits a campaign of another
// channel, because that cannot have sent the event.
func (m *menu) savedSpec(name string) (fire.Spec, bool) {
	i := slices.IndexFunc(m.firer.saved, func(f storage.SavedFixture) bool { return f.Name == name })
	if i < 0 {
		return fire.Spec{}, false
	}
	saved := m.firer.saved[i]
	of := m.spec(saved.Status)
	of.Channel, of.Variant, of.Saved = saved.Channel, "", &saved
	if of.Campaign != nil && of.Campaign.Channel != saved.Channel {
		of.Campaign = nil
	}
	return of, true
}
