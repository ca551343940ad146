// Package fire fires events from any screen: with a menu, in bursts, and with toasts that report the outcomes. Start
// with [New].
package fire

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"backchannel/fixtures"
	"backchannel/fixtures/fire"
	"backchannel/storage"
	"backchannel/tui/component"
	"backchannel/tui/screen"

	tea "github.com/charmbracelet/bubbletea"
)

// Store reads the webhooks, campaigns and fixtures, and stores the deliveries of fired events.
type Store interface {
	storage.ParkedStore
	fire.Store
	Webhooks(context.Context) ([]storage.Webhook, error)
	Campaigns(context.Context) ([]storage.Campaign, error)
	Deliveries(context.Context, storage.DeliveryQuery) ([]storage.Delivery, error)
	SavedFixtures(context.Context) ([]storage.SavedFixture, error)
	ReceiptsOfDelivery(context.Context, storage.ID) ([]storage.Receipt, error)
}

// Firer fires events from any screen. It keeps what the menu offers and what a person chose last, and follows the
// deliveries of fired events. It lives as long as the console.
type Firer struct {
	env       *screen.Env
	store     Store
	query     screen.Query[inventory]
	saved     []storage.SavedFixture
	campaigns []storage.Campaign
	read      bool // reading has succeeded at least once
	Tried     bool // reading has succeeded or failed at least once
	last      last
	burst     burst
	watch     watch
}

// last holds what a person chose last: the defaults of the menu, and the event that the key . fires again.
type last struct {
	spec     fire.Spec // the zero Spec: nothing was fired yet
	channel  storage.Channel
	campaign storage.ID // 0: none
	variants map[target]string
}

// target is an event for which a variant is chosen.
type target struct {
	channel storage.Channel
	status  storage.Status
}

// inventory holds the webhooks, campaigns and saved fixtures, and the webhook of the newest delivery.
type inventory struct {
	webhooks  []storage.Webhook
	campaigns []storage.Campaign
	saved     []storage.SavedFixture
	latest    storage.ID
}

// New returns a firer for the webhooks of a store.
func New(e *screen.Env, store Store) *Firer {
	return &Firer{
		env: e, store: store, query: screen.Query[inventory]{Ctx: e.Context}, last: last{variants: map[target]string{}},
		burst: burst{env: e, store: store, query: screen.Query[reading]{Ctx: e.Context}},
		watch: watch{env: e, store: store, query: screen.Query[[]storage.Delivery]{Ctx: e.Context}},
	}
}

// Refresh reads what the menu offers, so that it can open at once, and the deliveries whose outcomes are awaited.
func (f *Firer) Refresh(c storage.Change) tea.Cmd {
	var cmds []tea.Cmd
	if c.Has(storage.ChangedWebhooks | storage.ChangedFixtures | storage.ChangedCampaigns) {
		cmds = append(cmds, f.query.Ask(f.readInventory))
	}
	if c.Has(storage.ChangedDeliveries) {
		cmds = append(cmds, f.watch.read(), f.burst.changed())
	}
	f.env.Targets.Reading = f.query.Running
	return tea.Batch(cmds...)
}

// readInventory reads what the menu offers, and the newest delivery. Its webhook is the first target of a console in
// which nothing has been fired yet.
func (f *Firer) readInventory(ctx context.Context) (inventory, error) {
	all, err := f.store.Webhooks(ctx)
	if err != nil {
		return inventory{}, err
	}
	newest, err := f.store.Deliveries(ctx, storage.DeliveryQuery{Limit: 1})
	if err != nil {
		return inventory{}, err
	}
	saved, err := f.store.SavedFixtures(ctx)
	if err != nil {
		return inventory{}, err
	}
	campaigns, err := f.store.Campaigns(ctx)
	if err != nil {
		return inventory{}, err
	}
	a := inventory{webhooks: all, campaigns: campaigns, saved: saved}
	if len(newest) > 0 {
		a.latest = newest[0].WebhookID
	}
	return a, nil
}

// Update handles the results of reads, and the reports of runs.
func (f *Firer) Update(msg tea.Msg) tea.Cmd {
	if a, fresh, cmd := f.query.Take(msg); fresh {
		t := &f.env.Targets
		f.Tried, t.Reading = true, f.query.Running
		if a.Err == nil {
			f.read, t.Webhooks, f.saved, f.campaigns = true, a.Value.webhooks, a.Value.saved, a.Value.campaigns
			if t.Chosen == 0 {
				t.Chosen = a.Value.latest
			}
		}
		return cmd
	}
	if cmd, fresh := f.burst.take(msg); fresh {
		return cmd
	}
	switch msg := msg.(type) {
	case screen.QueuedMsg:
		return f.follow(msg.Queued, msg.Err)
	case runMsg:
		return f.advance(msg)
	}
	return f.watch.Update(msg)
}

// Open shows the menu for the webhook that is selected on the front screen, otherwise for the last one fired at.
func (f *Firer) Open(front screen.Screen) tea.Cmd {
	m, ok := f.menuFor(front)
	switch {
	case ok:
		return screen.Show(m)
	case !f.read:
		return nil
	}
	return screen.Say(screen.Info("There is no webhook to fire at yet: 1 goes to the webhooks, n creates one"))
}

// Repeat fires the last event again, with the current settings of its webhook and campaign. It asks before it fires a
// burst, because a key that usually fires one event should not fire a thousand by surprise.
func (f *Firer) Repeat() tea.Cmd {
	again := f.last.spec
	if again.Status == "" {
		return screen.Say(screen.Info("Nothing fired yet: " + f.env.KeyFor("f") + " opens the menu"))
	}
	w, ok := f.env.Targets.Find(again.Webhook.ID)
	if !ok {
		return screen.Say(screen.Warn(again.Webhook.Name + ", at which the last event was fired, was deleted"))
	}
	again.Webhook = w
	if again.Campaign != nil {
		if again.Campaign = f.findCampaign(again.Campaign.ID); again.Campaign == nil {
			return screen.Say(screen.Warn("campaign " + f.last.spec.Campaign.Name + ", of which the last event was fired, was deleted"))
		}
	}
	switch {
	case again.Count == 1:
		return f.fire(again)
	case f.burst.running():
		return f.burst.refuse()
	}
	return f.env.Ask(component.Confirm{
		Title: "Fire the burst again?", Text: []string{fmt.Sprintf("%s at %s, %s.", again, w.Name, again.Pace())},
		Yes: "fire " + screen.Thousands(int64(again.Count)), No: "cancel",
	}, func() tea.Cmd { return f.fire(again) })
}

// FireAt fires an event at a webhook with what was chosen last.
func (f *Firer) FireAt(w storage.Webhook, event storage.Status) tea.Cmd {
	return f.fire(newMenu(f, w, f.last.campaign).spec(event))
}

// findCampaign returns the campaign as it was last read, or nil.
func (f *Firer) findCampaign(id storage.ID) *storage.Campaign {
	at := slices.IndexFunc(f.campaigns, func(c storage.Campaign) bool { return c.ID == id })
	if at < 0 {
		return nil
	}
	return &f.campaigns[at]
}

// channelFor returns the channel chosen last if the webhook has it, otherwise the webhook's first one.
func (l last) channelFor(w storage.Webhook) storage.Channel {
	if w.Has(l.channel) || len(w.Channels) == 0 {
		return l.channel
	}
	return w.Channels[0]
}

// variant returns the variant chosen for a status, or "" for the default one.
func (l last) variant(channel storage.Channel, status storage.Status) string {
	return l.variants[target{channel, status}]
}

// variantLabel describes the chosen variant.
func (l last) variantLabel(channel storage.Channel, status storage.Status) string {
	fixture, err := fixtures.Find(channel, status, l.variant(channel, status))
	if err != nil {
		return err.Error()
	}
	return fixture.Label()
}

// failureLabel returns variantLabel for bounce and error, and "" for other statuses.
func (l last) failureLabel(channel storage.Channel, status storage.Status) string {
	if status != storage.StatusBounce && status != storage.StatusError {
		return ""
	}
	return l.variantLabel(channel, status)
}

// label describes what the key . fires.
func (l last) label() string {
	if l.spec.Status == "" {
		return "nothing fired yet"
	}
	return l.spec.String() + " at " + l.spec.Webhook.Name
}

// status returns the status fired last, or a bounce if there is none.
func (l last) status() storage.Status {
	return cmp.Or(l.spec.Status, storage.StatusBounce)
}

// chosenLabel describes the chosen bounce and, unless it is the default one, the chosen error.
func (l last) chosenLabel(channel storage.Channel) string {
	label := l.variantLabel(channel, storage.StatusBounce)
	if v := l.variant(channel, storage.StatusError); v != "" {
		label += ", error " + v
	}
	return label
}
