package tui

import (
	"context"
	"slices"

	"backchannel/fixtures"
	"backchannel/fixtures/fire"
	"backchannel/storage"

	tea "github.com/charmbracelet/bubbletea"
)

// firing is what the console knows of firing events: at which webhook, which event, and
// what became of those fired. It lives as long as the console.
type firing struct {
	shared   *shared
	known    query[arsenal]
	webhooks []storage.Webhook // by name
	saved    []storage.SavedFixture
	read     bool
	tried    bool       // to read
	chosen   storage.ID // the webhook fired at last, or chosen since
	channel  storage.Channel
	variants map[target]string
	last     fire.Spec // the zero Spec: none yet
	burst    *fireRun  // the last one
	ends     query[burstEnd]
	watch    watch
}

// target is what a variant is chosen for.
type target struct {
	channel storage.Channel
	status  storage.Status
}

// arsenal is what can be fired at, and at what somebody fired last.
type arsenal struct {
	webhooks []storage.Webhook
	saved    []storage.SavedFixture
	latest   storage.ID
}

func newFiring(s *shared) *firing {
	return &firing{
		shared: s, known: query[arsenal]{ctx: s.ctx}, variants: map[target]string{},
		ends:  query[burstEnd]{ctx: s.ctx},
		watch: watch{shared: s, looking: query[[]storage.Delivery]{ctx: s.ctx}},
	}
}

// Refresh keeps the webhooks at hand, so that the menu opens at once, and looks what
// became of the deliveries that are watched.
func (f *firing) Refresh(c storage.Change) tea.Cmd {
	var cmds []tea.Cmd
	if c.Has(storage.ChangedWebhooks | storage.ChangedFixtures) {
		cmds = append(cmds, f.known.ask(f.shared.readArsenal))
	}
	if c.Has(storage.ChangedDeliveries) {
		cmds = append(cmds, f.watch.look(), f.lookAtBurst())
	}
	return tea.Batch(cmds...)
}

func (s *shared) readArsenal(ctx context.Context) (arsenal, error) {
	all, err := s.Store.Webhooks(ctx)
	if err != nil {
		return arsenal{}, err
	}
	newest, err := s.Store.Deliveries(ctx, storage.DeliveryQuery{Limit: 1})
	if err != nil {
		return arsenal{}, err
	}
	saved, err := s.Store.SavedFixtures(ctx)
	if err != nil {
		return arsenal{}, err
	}
	a := arsenal{webhooks: all, saved: saved}
	if len(newest) > 0 {
		a.latest = newest[0].WebhookID
	}
	return a, nil
}

// Update takes what was read, and how firing went.
func (f *firing) Update(msg tea.Msg) tea.Cmd {
	if a, fresh, cmd := f.known.take(msg); fresh {
		f.tried = true
		if a.err == nil {
			f.read, f.webhooks, f.saved = true, a.value.webhooks, a.value.saved
			if f.chosen == 0 {
				f.chosen = a.value.latest
			}
		}
		return cmd
	}
	if a, fresh, cmd := f.ends.take(msg); fresh {
		if a.err != nil {
			return cmd
		}
		return tea.Batch(cmd, f.tellEnd(a.value))
	}
	switch msg := msg.(type) {
	case firedMsg:
		return f.tell(msg.queued, msg.err)
	case runMsg:
		return f.advance(msg)
	}
	return f.watch.Update(msg)
}

// webhook finds a webhook by its ID.
func (f *firing) webhook(id storage.ID) (storage.Webhook, bool) {
	i := slices.IndexFunc(f.webhooks, func(w storage.Webhook) bool { return w.ID == id })
	if i < 0 {
		return storage.Webhook{}, false
	}
	return f.webhooks[i], true
}

// aim is the webhook to fire at: that of the selected row, else the last one, else the
// only one there is.
func (f *firing) aim(front screen) (storage.Webhook, bool) {
	if a, ok := front.(aimer); ok {
		if id, ok := a.Webhook(); ok {
			if w, ok := f.webhook(id); ok {
				return w, true
			}
		}
	}
	if w, ok := f.webhook(f.chosen); ok {
		return w, true
	}
	if len(f.webhooks) == 0 {
		return storage.Webhook{}, false
	}
	return f.webhooks[0], true
}

// open shows the menu.
func (f *firing) open(front screen) tea.Cmd {
	w, ok := f.aim(front)
	switch {
	case ok:
		return show(newFireMenu(f, w))
	case !f.read:
		return nil
	}
	return say(info("There is no webhook to fire at yet: 1 goes to the webhooks, n makes one"))
}

// repeat fires again what was fired last.
func (f *firing) repeat() tea.Cmd {
	if f.last.Status == "" {
		return say(info("Nothing fired yet: f opens the menu"))
	}
	w, ok := f.webhook(f.last.Webhook.ID)
	if !ok {
		return say(warn(f.last.Webhook.Name + ", at which the last event was fired, is gone"))
	}
	again := f.last
	again.Webhook = w
	return f.fire(again)
}

// channelFor is the channel chosen last, if the webhook has it, else its first.
func (f *firing) channelFor(w storage.Webhook) storage.Channel {
	if w.Has(f.channel) || len(w.Channels) == 0 {
		return f.channel
	}
	return w.Channels[0]
}

// variantFor is the variant chosen for a status; empty: the default one.
func (f *firing) variantFor(channel storage.Channel, status storage.Status) string {
	return f.variants[target{channel, status}]
}

// variantLabel says what the chosen variant is.
func (f *firing) variantLabel(channel storage.Channel, status storage.Status) string {
	fixture, err := fixtures.Find(channel, status, f.variantFor(channel, status))
	if err != nil {
		return err.Error()
	}
	return fixture.Label()
}

// fireBindings are the keys that fire from any view.
func (m *Model) fireBindings() []binding {
	fire := m.shared.fire
	return []binding{
		{keys: []string{"f"}, label: "fire", help: "Fire an event", do: func() tea.Cmd { return fire.open(m.front()) }},
		{keys: []string{"."}, word: "again", help: "Fire the last event again", do: fire.repeat},
	}
}
