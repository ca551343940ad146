package fire

import (
	"fmt"
	"slices"
	"strings"

	"backchannel/fixtures/fire"
	"backchannel/storage"
	"backchannel/storage/words"
	"backchannel/tui/component"
	"backchannel/tui/screen"
	"backchannel/tui/style"

	tea "github.com/charmbracelet/bubbletea"
)

// A menu fires events at one webhook. Its items are rebuilt after each choice that changes what they do.
type menu struct {
	firer   *Firer
	webhook storage.Webhook
	chosen  storage.ID // of the campaign; 0: none
	menu    component.Menu
}

// The items of the menu that are not a status.
const (
	itemWebhook   = "webhook"
	itemLife      = "life"
	itemBurst     = "burst"
	itemMisbehave = "misbehave"
	itemVariant   = "variant"
	itemChannel   = "channel"
	itemCampaign  = "campaign"
	itemSaved     = "saved"
	itemAgain     = "again"
)

// newMenu returns a menu for a webhook and a campaign; campaign 0 means none.
func newMenu(f *Firer, w storage.Webhook, campaign storage.ID) *menu {
	m := &menu{firer: f, webhook: w, chosen: campaign}
	m.fill()
	return m
}

// menuFor returns the menu for the webhook that is selected on the front screen, and for the selected campaign if its
// events are sent to that webhook.
func (f *Firer) menuFor(front screen.Screen) (*menu, bool) {
	w, ok := f.env.Targets.Target(front)
	if !ok {
		return nil, false
	}
	campaign := f.last.campaign
	if a, ok := front.(interface{ Campaign() storage.ID }); ok {
		if c := f.findCampaign(a.Campaign()); c != nil && c.WhyNotFired(w, c.Channel) == "" && w.Has(c.Channel) {
			campaign = c.ID
		}
	}
	return newMenu(f, w, campaign), true
}

// fill builds the items for the present choices.
func (m *menu) fill() {
	f, channel := m.firer, m.channel()
	m.menu = component.Menu{
		At:    m.menu.At,
		Title: "Fire at " + m.webhook.Name,
		Hint:  &component.MenuItem{ID: itemWebhook, Key: "w", Label: "change"},
		Columns: [][]component.MenuItem{
			{
				{ID: string(storage.StatusSent), Key: "s", Label: "sent"},
				{ID: string(storage.StatusDelivered), Key: "d", Label: "delivered"},
				{ID: string(storage.StatusBounce), Key: "b", Label: "bounce"},
				{ID: string(storage.StatusError), Key: "e", Label: "error"},
			}, {
				{ID: itemLife, Key: "l", Label: "a message's life…"},
				{ID: itemBurst, Key: "B", Label: "burst…"},
				{ID: itemMisbehave, Key: "!", Label: "misbehave…"},
			},
		},
		Details: []component.MenuItem{
			{ID: itemVariant, Key: "v", Label: "variant", Detail: f.last.chosenLabel(channel), Off: len(failures(channel)) < 2},
			{ID: itemChannel, Key: "c", Label: "channel", Detail: string(channel), Off: len(m.webhook.Channels) < 2},
			{ID: itemAgain, Key: ".", Label: "again", Detail: f.last.label(), Off: f.last.spec.Status == ""},
		},
	}
	if len(f.campaigns) > 0 {
		m.menu.Details = slices.Insert(m.menu.Details, 2, component.MenuItem{ID: itemCampaign, Key: "C", Label: "campaign", Detail: m.campaignLabel()})
	}
	if len(f.saved) > 0 {
		m.menu.Columns[1] = append(m.menu.Columns[1], component.MenuItem{ID: itemSaved, Key: "F", Label: "saved fixture…"})
	}
	if m.webhook.State == storage.Paused {
		m.menu.Title += " (paused)"
	}
	if len(f.env.Targets.Webhooks) < 2 {
		m.menu.Hint = nil
	}
}

// Actions returns the menu's items as bindings, so that the palette finds them by name.
func (f *Firer) Actions(front screen.Screen) []screen.Binding {
	m, ok := f.menuFor(front)
	if !ok {
		return nil
	}
	var all []screen.Binding
	for _, column := range m.menu.Columns {
		for _, item := range column {
			all = append(all, m.itemBinding(item, func(m *menu) tea.Cmd { return m.pick(item.ID) }))
		}
	}
	return append(all, m.choices()...)
}

// choices returns the items that change what is fired. They open the menu, which shows the choice.
func (m *menu) choices() []screen.Binding {
	items := slices.DeleteFunc(slices.Clone(m.menu.Details), func(item component.MenuItem) bool { return item.Off || item.ID == itemAgain })
	if hint := m.menu.Hint; hint != nil {
		items = append(items, component.MenuItem{ID: hint.ID, Key: hint.Key, Label: "another webhook"})
	}
	var all []screen.Binding
	for _, item := range items {
		item.Label += style.More
		all = append(all, m.itemBinding(item, func(m *menu) tea.Cmd { return tea.Batch(screen.Show(m), m.pick(item.ID)) }))
	}
	return all
}

// itemBinding returns a binding that does what an item does. It rebuilds the menu when it runs, because webhooks and
// campaigns may have changed while the palette was open.
func (m *menu) itemBinding(item component.MenuItem, do func(*menu) tea.Cmd) screen.Binding {
	return screen.Binding{
		Shown: "f " + item.Key, Help: fmt.Sprintf("Fire at %s: %s", m.webhook.Name, item.Label), Word: strings.TrimSuffix(item.Label, style.More),
		Do: func() tea.Cmd { return do(newMenu(m.firer, m.webhook, m.chosen)) },
	}
}

// channel returns the channel to fire on: that of the chosen campaign, otherwise the one chosen last.
func (m *menu) channel() storage.Channel {
	if c := m.campaign(); c != nil {
		return c.Channel
	}
	return m.firer.last.channelFor(m.webhook)
}

// Update handles the keys of the items.
func (m *menu) Update(msg tea.Msg) tea.Cmd {
	at := m.menu.At
	return screen.PickFrom(&m.menu, msg, m, func(item string) tea.Cmd {
		m.menu.At = at // the cursor stays on the event to which the choice applies
		return m.pick(item)
	})
}

// status returns the status at the cursor, or "" if the cursor is on another item.
func (m *menu) status() storage.Status {
	if all := storage.Statuses(); m.menu.At < len(all) {
		return all[m.menu.At]
	}
	return ""
}

// lastSpec returns an event like the last one fired, with the present choices.
func (m *menu) lastSpec() fire.Spec {
	if saved := m.firer.last.spec.Saved; saved != nil && m.webhook.Has(saved.Channel) {
		if of, ok := m.savedSpec(saved.Name); ok {
			return of
		}
	}
	return m.spec(m.firer.last.status())
}

// pick runs the action of an item.
func (m *menu) pick(item string) tea.Cmd {
	switch item {
	case itemWebhook:
		return m.changeWebhook()
	case itemVariant:
		return m.changeVariant()
	case itemChannel:
		m.nextChannel()
		return nil
	case itemCampaign:
		return m.chooseCampaign()
	case itemLife:
		return m.chooseLife()
	case itemSaved:
		return m.chooseSaved()
	case itemMisbehave:
		return m.chooseMisbehaviour(m.lastSpec())
	case itemBurst:
		return tea.Batch(screen.Dismiss(m), m.firer.askBurst(m.spec(m.firer.last.status())))
	case itemAgain:
		return tea.Batch(screen.Dismiss(m), m.firer.Repeat())
	}
	return tea.Batch(screen.Dismiss(m), m.firer.fire(m.spec(storage.Status(item))))
}

// View draws the menu.
func (m *menu) View(width, height int) string {
	return m.menu.View(m.firer.env.Theme, width, height)
}

// spec returns an event with the present choices.
func (m *menu) spec(status storage.Status) fire.Spec {
	channel := m.channel()
	return fire.Spec{
		Webhook: m.webhook, Campaign: m.campaign(), Channel: channel, Status: status, Variant: m.firer.last.variant(channel, status), Recipients: 1, Count: 1,
	}
}

// changeWebhook asks for another webhook, and keeps the menu open for it. It looks the choice up by its ID, because
// the list may have been read again meanwhile.
func (m *menu) changeWebhook() tea.Cmd {
	var items []component.MenuItem
	present := 0
	for i, w := range m.firer.env.Targets.Webhooks {
		if w.ID == m.webhook.ID {
			present = i
		}
		item := component.MenuItem{ID: w.ID.String(), Label: w.Name, Detail: w.Organization + " / " + w.Sandbox.Name + "   " + words.List(w.Channels)}
		items = append(items, item)
	}
	pick := func(id string) tea.Cmd {
		i := slices.IndexFunc(m.firer.env.Targets.Webhooks, func(w storage.Webhook) bool { return w.ID.String() == id })
		if i >= 0 {
			m.webhook = m.firer.env.Targets.Webhooks[i]
			m.firer.env.Targets.Chosen = m.webhook.ID
			m.fill()
		}
		return nil
	}
	return m.firer.env.Choose(component.Menu{Title: "Fire at which webhook?", Details: component.Number(items), At: present, Find: true, Names: true}, pick)
}

// nextChannel chooses the next channel of the webhook. It also deselects the campaign, which has only one channel.
func (m *menu) nextChannel() {
	at := slices.Index(m.webhook.Channels, m.channel())
	m.firer.last.channel = m.webhook.Channels[(at+1)%len(m.webhook.Channels)]
	m.choose(noCampaign)
}

// chooseLife asks how the life of a message ends.
func (m *menu) chooseLife() tea.Cmd {
	ends := []component.MenuItem{
		{ID: string(storage.StatusDelivered), Key: "d", Label: "sent, then delivered"},
		{ID: string(storage.StatusBounce), Key: "b", Label: "sent, then bounce", Detail: m.firer.last.variantLabel(m.channel(), storage.StatusBounce)},
	}
	return m.firer.env.Choose(component.Menu{Title: "A message's life", Details: ends}, func(end string) tea.Cmd {
		life := m.spec(storage.Status(end))
		life.Lifecycle = true
		return tea.Batch(screen.Dismiss(m), m.firer.fire(life))
	})
}
