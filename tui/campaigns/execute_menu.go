package campaigns

import (
	"slices"
	"strings"

	"backchannel/fixtures/execute"
	"backchannel/fixtures/outcome"
	"backchannel/storage"
	"backchannel/tui/component"
	"backchannel/tui/screen"

	tea "github.com/charmbracelet/bubbletea"
)

// An executeMenu executes one campaign, for a magic address or for recipients that a person types.
type executeMenu struct {
	by       *Executor
	campaign storage.Campaign
	menu     component.Menu
}

// The items of the menu that are not a magic address.
const (
	itemCampaign = "campaign"
	itemTo       = "to"
	itemMore     = "more"
	itemAgain    = "again"
	itemCurl     = "curl"
)

// newExecuteMenu returns the menu for a campaign.
func newExecuteMenu(x *Executor, of storage.Campaign) *executeMenu {
	m := &executeMenu{by: x, campaign: of}
	m.fill()
	return m
}

// outcomeKeys returns the outcomes of the menu's columns with their keys. The keys are letters and not the
// numbers of the items, so that they are the same for every channel, even though SMS lacks some outcomes.
func outcomeKeys() [][]component.MenuItem {
	return [][]component.MenuItem{
		{{ID: "delivered", Key: "d"}, {ID: "sent", Key: "s"}, {ID: "bounce", Key: "b"}, {ID: "bounce-soft", Key: "B"}, {ID: "error", Key: "e"}},
		{{ID: "excluded", Key: "x"}, {ID: "duplicate", Key: "2"}, {ID: "reordered", Key: "r"}, {ID: "slow", Key: "l"}, {ID: "mix", Key: "m"}},
	}
}

// fill builds the items for the campaign.
func (m *executeMenu) fill() {
	x := m.by
	m.menu = component.Menu{
		Title: "Execute " + m.campaign.Name,
		Details: []component.MenuItem{
			{ID: itemTo, Key: "t", Label: "to…", Detail: "recipients, request ID, context"},
			{ID: itemMore, Key: "a", Label: "addresses…", Detail: "every magic address, including those of codes"},
			{ID: itemAgain, Key: ".", Label: "again", Detail: m.lastLabel(), Off: !x.Again()},
			{ID: itemCurl, Key: "y", Label: "as curl", Detail: "copy the call as a command"},
		},
	}
	for _, column := range outcomeKeys() {
		var items []component.MenuItem
		for _, item := range column {
			if _, ok := m.address(item.ID); ok {
				item.Label = item.ID
				items = append(items, item)
			}
		}
		if len(items) > 0 {
			m.menu.Columns = append(m.menu.Columns, items)
		}
	}
	if m.campaign.Status != storage.CampaignLive {
		m.menu.Title += " (" + strings.ToLower(string(m.campaign.Status)) + ")"
	}
	if len(x.all) > 1 {
		m.menu.Hint = &component.MenuItem{ID: itemCampaign, Key: "w", Label: "change"}
	}
}

// lastLabel describes the call that "again" would repeat.
func (m *executeMenu) lastLabel() string {
	if !m.by.Again() {
		return "nothing executed yet"
	}
	return m.by.last.Campaign.Name + " to " + strings.Join(m.by.last.To, ", ")
}

// address returns the magic address of an outcome, such as bounce@example.com. It returns false if the
// channel has none.
func (m *executeMenu) address(word string) (string, bool) {
	all := outcome.Addresses(m.campaign.Channel)
	at := slices.IndexFunc(all, func(a outcome.Magic) bool { return string(a.Outcome) == word })
	if at < 0 {
		return "", false
	}
	return all[at].Address, true
}

// Update handles the keys of the items.
func (m *executeMenu) Update(msg tea.Msg) tea.Cmd {
	return screen.PickFrom(&m.menu, msg, m, m.pick)
}

// pick runs the action of an item.
func (m *executeMenu) pick(item string) tea.Cmd {
	x := m.by
	switch item {
	case itemCampaign:
		return m.changeCampaign()
	case itemTo:
		return tea.Batch(screen.Dismiss(m), x.ask(m.campaign))
	case itemMore:
		return m.chooseAddress()
	case itemAgain:
		return tea.Batch(screen.Dismiss(m), x.Repeat())
	case itemCurl:
		return tea.Batch(screen.Dismiss(m), x.copyCurl(m.curlSpec()))
	}
	address, _ := m.address(item)
	return tea.Batch(screen.Dismiss(m), x.execute(execute.Spec{Campaign: m.campaign, To: []string{address}}))
}

// curlSpec returns the last call of the campaign, otherwise one for the first magic address.
func (m *executeMenu) curlSpec() execute.Spec {
	if last := m.by.last; last.Campaign.ID == m.campaign.ID && m.by.Again() {
		last.Campaign = m.campaign
		return last
	}
	return execute.Spec{Campaign: m.campaign, To: []string{outcome.Addresses(m.campaign.Channel)[0].Address}}
}

// View draws the menu.
func (m *executeMenu) View(width, height int) string {
	return m.menu.View(m.by.env.Theme, width, height)
}

// changeCampaign asks for another campaign, and keeps the menu open for it. It looks the choice up by its
// ID, because the list may have been read again meanwhile.
func (m *executeMenu) changeCampaign() tea.Cmd {
	var items []component.MenuItem
	now := 0
	for i, c := range m.by.all {
		if c.ID == m.campaign.ID {
			now = i
		}
		items = append(items, component.MenuItem{ID: c.ID.String(), Label: c.Name, Detail: string(c.Status) + "   " + string(c.Channel) + "   " + c.Organization + " / " + c.Sandbox.Name})
	}
	pick := func(id string) tea.Cmd {
		if at := slices.IndexFunc(m.by.all, func(c storage.Campaign) bool { return c.ID.String() == id }); at >= 0 {
			m.campaign = m.by.all[at]
			m.by.chosen = m.campaign.ID
			m.fill()
		}
		return nil
	}
	return m.by.env.Choose(component.Menu{Title: "Execute which campaign?", Details: component.Number(items), At: now, Find: true, Names: true}, pick)
}

// chooseAddress offers every magic address of the channel. The one without an outcome has no profile.
func (m *executeMenu) chooseAddress() tea.Cmd {
	var items []component.MenuItem
	for _, a := range outcome.Addresses(m.campaign.Channel) {
		detail := string(a.Outcome)
		if detail == "" {
			detail = "its profile is unknown"
		}
		items = append(items, component.MenuItem{ID: a.Address, Label: a.Address, Detail: detail})
	}
	return m.by.env.Choose(component.Menu{Title: "Execute to which address?", Details: items, Find: true, Names: true}, func(address string) tea.Cmd {
		return tea.Batch(screen.Dismiss(m), m.by.execute(execute.Spec{Campaign: m.campaign, To: []string{address}}))
	})
}

// magicHelp lists the words that decide the outcome of a message. For email it names the addresses of codes
// only once, as code-N. For SMS it lists telephone numbers, because those are its magic addresses.
func magicHelp(channel storage.Channel) string {
	var words []string
	for _, a := range outcome.Addresses(channel) {
		if channel == storage.SMS {
			words = append(words, a.Address)
		} else if word, _, _ := strings.Cut(a.Address, "@"); !strings.HasPrefix(word, "code-") {
			words = append(words, word)
		}
	}
	if channel == storage.SMS {
		return "1 to 20, one a line. These decide the outcome of the message: " + strings.Join(words, ", ")
	}
	return "1 to 20, one a line. WORD@example.com decides the outcome of the message: " + strings.Join(words, ", ") + ", code-N."
}
