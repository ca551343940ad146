package fire

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"backchannel/fixtures"
	"backchannel/fixtures/fire"
	"backchannel/storage"
	"backchannel/tui/component"
	"backchannel/tui/screen"
	"backchannel/tui/style"

	tea "github.com/charmbracelet/bubbletea"
)

// menu fires events at one webhook. Its items are built again after each choice that changes
// what they do.
type menu struct {
	firing  *Firer
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

func newMenu(f *Firer, w storage.Webhook, campaign storage.ID) *menu {
	m := &menu{firing: f, webhook: w, chosen: campaign}
	m.fill()
	return m
}

// menuFor returns the menu for what is selected in front: for its campaign too, if events of
// that go to the webhook.
func (f *Firer) menuFor(front screen.Screen) (*menu, bool) {
	w, ok := f.env.Targets.Aim(front)
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

// fill builds the items for what is chosen now.
func (m *menu) fill() {
	f, channel := m.firing, m.channel()
	m.menu = component.Menu{
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

// choices returns the items that change what is fired. They open the menu, which shows the
// choice.
func (m *menu) choices() []screen.Binding {
	of := m.menu
	items := slices.DeleteFunc(slices.Clone(of.Details), func(item component.MenuItem) bool { return item.Off || item.ID == itemAgain })
	if of.Hint != nil {
		items = append(items, component.MenuItem{ID: of.Hint.ID, Key: of.Hint.Key, Label: "another webhook"})
	}
	var all []screen.Binding
	for _, item := range items {
		item.Label += style.More
		all = append(all, m.itemBinding(item, func(m *menu) tea.Cmd { return tea.Batch(screen.Show(m), m.pick(item.ID)) }))
	}
	return all
}

func (m *menu) itemBinding(item component.MenuItem, do func(*menu) tea.Cmd) screen.Binding {
	return screen.Binding{
		Shown: "f " + item.Key, Help: fmt.Sprintf("Fire at %s: %s", m.webhook.Name, item.Label), Word: strings.TrimSuffix(item.Label, style.More),
		Do: func() tea.Cmd { return do(newMenu(m.firing, m.webhook, m.chosen)) },
	}
}

// channel returns the channel to fire on, which is that of the campaign if one is chosen whose
// events go to the webhook.
func (m *menu) channel() storage.Channel {
	if c := m.campaign(); c != nil {
		return c.Channel
	}
	return m.firing.last.channelFor(m.webhook)
}

// Update handles the keys of the items.
func (m *menu) Update(msg tea.Msg) tea.Cmd {
	key, ok := msg.(tea.KeyMsg)
	if !ok {
		return nil
	}
	switch item, done := m.menu.Key(key); {
	case !done:
		return nil
	case item == "":
		return screen.Dismiss(m)
	default:
		return m.pick(item)
	}
}

// pick does what an item says.
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
		return tea.Batch(screen.Dismiss(m), m.firing.chooseMisbehaviour(m.spec(m.firing.last.status())))
	case itemBurst:
		return tea.Batch(screen.Dismiss(m), m.firing.askBurst(m.spec(m.firing.last.status())))
	case itemAgain:
		return tea.Batch(screen.Dismiss(m), m.firing.Repeat())
	}
	return tea.Batch(screen.Dismiss(m), m.firing.fire(m.spec(storage.Status(item))))
}

// View draws the menu.
func (m *menu) View(width, height int) string {
	return m.menu.View(m.firing.env.Theme, width, height)
}

// spec returns an event with the present choices.
func (m *menu) spec(status storage.Status) fire.Spec {
	channel := m.channel()
	return fire.Spec{
		Webhook: m.webhook, Campaign: m.campaign(), Channel: channel, Status: status, Variant: m.firing.last.variant(channel, status), Recipients: 1, Count: 1,
	}
}

func (m *menu) changeWebhook() tea.Cmd {
	var items []component.MenuItem
	now := 0
	for i, w := range m.firing.env.Targets.Webhooks {
		if w.ID == m.webhook.ID {
			now = i
		}
		item := component.MenuItem{ID: w.ID.String(), Label: w.Name, Detail: w.Organization + " / " + w.Sandbox.Name + "   " + screen.List(w.Channels)}
		items = append(items, item)
	}
	pick := func(id string) tea.Cmd {
		i := slices.IndexFunc(m.firing.env.Targets.Webhooks, func(w storage.Webhook) bool { return w.ID.String() == id })
		if i >= 0 {
			m.webhook = m.firing.env.Targets.Webhooks[i]
			m.firing.env.Targets.Chosen = m.webhook.ID
			m.fill()
		}
		return nil
	}
	return m.firing.env.Choose(component.Menu{Title: "Fire at which webhook?", Details: component.Number(items), At: now, Find: true, Names: true}, pick)
}

// nextChannel chooses the next channel of the webhook. A campaign has only one, so none is
// chosen any more.
func (m *menu) nextChannel() {
	at := slices.Index(m.webhook.Channels, m.channel())
	m.firing.last.channel = m.webhook.Channels[(at+1)%len(m.webhook.Channels)]
	m.choose(noCampaign)
}

// changeVariant asks which kind of failure is fired from now on: with a name, or with a code
// that the provider of the channel has.
func (m *menu) changeVariant() tea.Cmd {
	channel := m.channel()
	variants := failures(channel)
	items := make([]component.MenuItem, len(variants))
	title, now := "Which bounce?", 0
	for i, v := range variants {
		items[i] = variantItem(v, strconv.Itoa(i+1))
		switch {
		case v.Status == storage.StatusError:
			title = "Which bounce or error?"
		case v.Variant == m.firing.last.variant(channel, storage.StatusBounce):
			now = i
		}
	}
	pick := func(id string) tea.Cmd {
		i := slices.IndexFunc(items, func(item component.MenuItem) bool { return item.ID == id })
		m.firing.last.variants[target{channel, variants[i].Status}] = variants[i].Variant
		m.fill()
		return nil
	}
	return m.firing.env.Choose(component.Menu{Title: title, Details: items, At: now, Find: true}, pick)
}

// variantItem has a digit as its key only if the variant has a name, because the digits of a
// code are typed to find it.
func variantItem(v fixtures.Fixture, digit string) component.MenuItem {
	item := component.MenuItem{ID: v.Name(), Key: digit, Label: v.VariantName(), Detail: v.Label()}
	if v.ByCode() {
		item.Key, item.Label = "", "code "+v.Variant
	}
	if v.Status == storage.StatusError {
		item.Detail = "error: " + item.Detail
	}
	return item
}

// failures returns the variants of bounce and error, the named ones first. Errors that are
// all the same are left out.
func failures(channel storage.Channel) []fixtures.Fixture {
	errors := fixtures.Variants(channel, storage.StatusError)
	if !slices.ContainsFunc(errors, func(f fixtures.Fixture) bool { return f.Label() != errors[0].Label() }) {
		errors = nil
	}
	all := append(fixtures.Variants(channel, storage.StatusBounce), errors...)
	slices.SortStableFunc(all, func(a, b fixtures.Fixture) int { return rankByCode(a) - rankByCode(b) })
	return all
}

func rankByCode(f fixtures.Fixture) int {
	if f.ByCode() {
		return 1
	}
	return 0
}

// chooseLife asks how the lifecycle of the message ends.
func (m *menu) chooseLife() tea.Cmd {
	ends := []component.MenuItem{
		{ID: string(storage.StatusDelivered), Key: "d", Label: "sent, then delivered"},
		{ID: string(storage.StatusBounce), Key: "b", Label: "sent, then bounce", Detail: m.firing.last.variantLabel(m.channel(), storage.StatusBounce)},
	}
	return m.firing.env.Choose(component.Menu{Title: "A message's life", Details: ends}, func(end string) tea.Cmd {
		life := m.spec(storage.Status(end))
		life.Lifecycle = true
		return tea.Batch(screen.Dismiss(m), m.firing.fire(life))
	})
}

// chooseSaved asks which saved fixture to fire.
func (m *menu) chooseSaved() tea.Cmd {
	var items []component.MenuItem
	for _, saved := range m.firing.saved {
		item := component.MenuItem{ID: saved.Name, Label: saved.Name, Detail: fmt.Sprintf("%s, %s", saved.Status, saved.Channel)}
		if !m.webhook.Has(saved.Channel) {
			item.Off, item.Detail = true, fmt.Sprintf("is for %s, which is not a channel of %s", saved.Channel, m.webhook.Name)
		}
		items = append(items, item)
	}
	return m.firing.env.Choose(component.Menu{Title: "Which saved fixture?", Details: component.Number(items), Find: true, Names: true}, func(name string) tea.Cmd {
		i := slices.IndexFunc(m.firing.saved, func(f storage.SavedFixture) bool { return f.Name == name })
		if i < 0 {
			return nil
		}
		saved := m.firing.saved[i]
		of := m.spec(saved.Status)
		of.Channel, of.Variant, of.Saved = saved.Channel, "", &saved
		if of.Campaign != nil && of.Campaign.Channel != saved.Channel {
			of.Campaign = nil
		}
		return tea.Batch(screen.Dismiss(m), m.firing.fire(of))
	})
}

// chooseMisbehaviour asks what shall be wrong with an event. Faults of the token need a webhook
// that sends one.
func (f *Firer) chooseMisbehaviour(of fire.Spec) tea.Cmd {
	var items []component.MenuItem
	for i, kind := range storage.Misbehaviours() {
		item := component.MenuItem{ID: string(kind), Key: strconv.Itoa((i + 1) % 10), Label: string(kind), Detail: misbehaviourHelp(kind)}
		if kind.NeedsJWT() && of.Webhook.Auth.Type != storage.AuthJWT {
			item.Off, item.Detail = true, "needs JWT authentication, which "+of.Webhook.Name+" does not use"
		}
		items = append(items, item)
	}
	title := strings.TrimSpace(fmt.Sprintf("Misbehave at %s: %s, %s, but…", of.Webhook.Name, of.Status, of.Channel))
	return f.env.Choose(component.Menu{Title: title, Details: items, Find: true}, func(kind string) tea.Cmd {
		of.Misbehave = storage.Misbehaviour(kind)
		return f.fire(of)
	})
}

func misbehaviourHelp(kind storage.Misbehaviour) string {
	return map[storage.Misbehaviour]string{
		storage.MisbehaveExpired:       "the token expired two minutes ago",
		storage.MisbehaveNotYetValid:   "the token is for later",
		storage.MisbehaveWrongKey:      "the token is signed by another key",
		storage.MisbehaveWrongAudience: "the token is for somebody else",
		storage.MisbehaveAlgNone:       "the token is not signed at all",
		storage.MisbehaveMissingAuth:   "there is no token",
		storage.MisbehaveTamperedBody:  "the body was changed on its way",
		storage.MisbehaveTruncated:     "the body ends too early",
		storage.MisbehaveDuplicate:     "the same event comes twice",
		storage.MisbehaveOutOfOrder:    "delivered comes before sent",
	}[kind]
}
