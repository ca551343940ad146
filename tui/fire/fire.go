// Package fire fires events from any screen: a menu, bursts, and toasts that tell what becomes
// of what was queued. Begin with [New].
package fire

import (
	"context"

	"backchannel/fixtures"
	"backchannel/fixtures/fire"
	"backchannel/storage"
	"backchannel/tui/screen"

	tea "github.com/charmbracelet/bubbletea"
)

// Store keeps what can be fired at, and what became of what was fired.
type Store interface {
	storage.ParkedStore
	fire.Store
	Webhooks(context.Context) ([]storage.Webhook, error)
	Deliveries(context.Context, storage.DeliveryQuery) ([]storage.Delivery, error)
	SavedFixtures(context.Context) ([]storage.SavedFixture, error)
	ReceiptsOfDelivery(context.Context, storage.ID) ([]storage.Receipt, error)
}

// common is what menus, runs and watches have.
type common struct {
	*screen.Env
	Store Store
}

// Firer is what the console knows of firing events: at which webhook, which event, and
// what became of those fired. It lives as long as the console.
type Firer struct {
	shared   *common
	known    screen.Query[inventory]
	saved    []storage.SavedFixture
	read     bool
	Tried    bool // to read
	channel  storage.Channel
	variants map[target]string
	last     fire.Spec // the zero Spec: none yet
	burst    *run      // the last one
	ends     screen.Query[burstEnd]
	watch    watch
}

// target is what a variant is chosen for.
type target struct {
	channel storage.Channel
	status  storage.Status
}

// inventory is what can be fired at, and at what somebody fired last.
type inventory struct {
	webhooks []storage.Webhook
	saved    []storage.SavedFixture
	latest   storage.ID
}

// New fires at the webhooks of a store.
func New(e *screen.Env, store Store) *Firer {
	s := &common{Env: e, Store: store}
	return &Firer{
		shared: s, known: screen.Query[inventory]{Ctx: s.Context}, variants: map[target]string{},
		ends:  screen.Query[burstEnd]{Ctx: s.Context},
		watch: watch{shared: s, looking: screen.Query[[]storage.Delivery]{Ctx: s.Context}},
	}
}

// Refresh keeps the webhooks at hand, so that the menu opens at once, and looks what
// became of the deliveries that are watched.
func (f *Firer) Refresh(c storage.Change) tea.Cmd {
	var cmds []tea.Cmd
	if c.Has(storage.ChangedWebhooks | storage.ChangedFixtures) {
		cmds = append(cmds, f.known.Ask(f.shared.readInventory))
	}
	if c.Has(storage.ChangedDeliveries) {
		cmds = append(cmds, f.watch.look(), f.lookAtBurst())
	}
	f.shared.Targets.Reading = f.known.Running
	return tea.Batch(cmds...)
}

func (s *common) readInventory(ctx context.Context) (inventory, error) {
	all, err := s.Store.Webhooks(ctx)
	if err != nil {
		return inventory{}, err
	}
	newest, err := s.Store.Deliveries(ctx, storage.DeliveryQuery{Limit: 1})
	if err != nil {
		return inventory{}, err
	}
	saved, err := s.Store.SavedFixtures(ctx)
	if err != nil {
		return inventory{}, err
	}
	a := inventory{webhooks: all, saved: saved}
	if len(newest) > 0 {
		a.latest = newest[0].WebhookID
	}
	return a, nil
}

// Update takes what was read, and how firing went.
func (f *Firer) Update(msg tea.Msg) tea.Cmd {
	if a, fresh, cmd := f.known.Take(msg); fresh {
		t := &f.shared.Targets
		f.Tried, t.Reading = true, f.known.Running
		if a.Err == nil {
			f.read, t.Webhooks, f.saved = true, a.Value.webhooks, a.Value.saved
			if t.Chosen == 0 {
				t.Chosen = a.Value.latest
			}
		}
		return cmd
	}
	if a, fresh, cmd := f.ends.Take(msg); fresh {
		if a.Err != nil {
			return cmd
		}
		return tea.Batch(cmd, f.tellEnd(a.Value))
	}
	switch msg := msg.(type) {
	case screen.QueuedMsg:
		return f.tell(msg.Queued, msg.Err)
	case runMsg:
		return f.advance(msg)
	}
	return f.watch.Update(msg)
}

// Open shows the menu.
func (f *Firer) Open(front screen.Screen) tea.Cmd {
	w, ok := f.shared.Targets.Aim(front)
	switch {
	case ok:
		return screen.Show(newMenu(f, w))
	case !f.read:
		return nil
	}
	return screen.Say(screen.Info("There is no webhook to fire at yet: 1 goes to the webhooks, n makes one"))
}

// Repeat fires again what was fired last.
func (f *Firer) Repeat() tea.Cmd {
	if f.last.Status == "" {
		return screen.Say(screen.Info("Nothing fired yet: f opens the menu"))
	}
	w, ok := f.shared.Targets.Find(f.last.Webhook.ID)
	if !ok {
		return screen.Say(screen.Warn(f.last.Webhook.Name + ", at which the last event was fired, is gone"))
	}
	again := f.last
	again.Webhook = w
	return f.fire(again)
}

// channelFor is the channel chosen last, if the webhook has it, else its first.
func (f *Firer) channelFor(w storage.Webhook) storage.Channel {
	if w.Has(f.channel) || len(w.Channels) == 0 {
		return f.channel
	}
	return w.Channels[0]
}

// variantFor is the variant chosen for a status; empty: the default one.
func (f *Firer) variantFor(channel storage.Channel, status storage.Status) string {
	return f.variants[target{channel, status}]
}

// variantLabel says what the chosen variant is.
func (f *Firer) variantLabel(channel storage.Channel, status storage.Status) string {
	fixture, err := fixtures.Find(channel, status, f.variantFor(channel, status))
	if err != nil {
		return err.Error()
	}
	return fixture.Label()
}
