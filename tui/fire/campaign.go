package fire

import (
	"fmt"
	"strings"

	"backchannel/storage"
	"backchannel/tui/component"

	tea "github.com/charmbracelet/bubbletea"
)

// campaign returns the chosen campaign, or nil if there is none or its events do not go to the webhook.
func (m *menu) campaign() *storage.Campaign {
	c := m.firer.findCampaign(m.chosen)
	if c == nil || whyNotFired(*c, m.webhook) != "" {
		return nil
	}
	return c
}

// whyNotFired returns why an event of the campaign cannot be fired at the webhook, or "".
func whyNotFired(c storage.Campaign, w storage.Webhook) string {
	if !w.Has(c.Channel) {
		return fmt.Sprintf("is for %s, which is not a channel of %s", c.Channel, w.Name)
	}
	return c.WhyNotFired(w, c.Channel)
}

// campaignLabel says which campaign and action IDs the events have.
func (m *menu) campaignLabel() string {
	if c := m.campaign(); c != nil {
		return c.Name + ": events have its IDs"
	}
	return "none: made-up IDs"
}

// chooseCampaign asks which campaign the following events belong to.
func (m *menu) chooseCampaign() tea.Cmd {
	items := []component.MenuItem{{ID: noCampaign, Label: "none", Detail: "each event has made-up IDs"}}
	present := 0
	for i, c := range m.firer.campaigns {
		item := component.MenuItem{ID: c.ID.String(), Label: c.Name, Detail: string(c.Status) + "   " + string(c.Channel) + "   " + c.Organization + " / " + c.Sandbox.Name}
		if why := whyNotFired(c, m.webhook); why != "" {
			item.Off, item.Detail = true, strings.TrimPrefix(why, c.Name+" ") // the label already has the name
		}
		if c.ID == m.chosen {
			present = i + 1
		}
		items = append(items, item)
	}
	return m.firer.env.Choose(component.Menu{Title: "Fire events of which campaign?", Details: component.Number(items), At: present, Find: true, Names: true}, func(id string) tea.Cmd {
		m.choose(id)
		return nil
	})
}

// noCampaign is the item that chooses no campaign. It cannot be the ID of one, which is a number.
const noCampaign = "none"

// choose makes the following events those of the campaign with an ID, or of none.
func (m *menu) choose(campaign string) {
	m.chosen, _ = storage.ParseID(campaign) // 0 for none
	m.firer.last.campaign = m.chosen
	m.fill()
}
