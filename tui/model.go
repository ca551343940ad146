package tui

import (
	"context"

	"backchannel/storage"
	"backchannel/tui/activity"
	"backchannel/tui/campaigns"
	"backchannel/tui/deliveries"
	"backchannel/tui/fire"
	"backchannel/tui/receiver"
	"backchannel/tui/resend"
	"backchannel/tui/screen"
	"backchannel/tui/style"
	"backchannel/tui/webhooks"

	tea "github.com/charmbracelet/bubbletea"
)

// Model is the root of the console. It passes keys to the front overlay or screen, handles the requests
// of these, and passes every other message to all of them.
type Model struct {
	cfg       Config
	env       *screen.Env
	fire      *fire.Firer
	execute   *campaigns.Executor
	views     *views
	overlays  overlays
	keys      keyQueue
	hints     subscription
	status    screen.Query[screen.Status]
	toasts    toaster
	clipboard clipboard
	commander commander
	chrome    chrome
	settings  settingsWriter
	mouse     mouse
	notice    notifier
	kept      tea.Cmd // reads what the saved filters select
}

// New returns the console's model. It lives until ctx ends.
func New(ctx context.Context, cfg Config) *Model {
	cfg = cfg.complete()
	e := &screen.Env{
		Times: screen.Times{Now: cfg.Now, Location: cfg.Location}, Rand: cfg.Rand, PID: cfg.PID, CA: cfg.CA, Editor: cfg.Editor, HoldInterrupts: cfg.HoldInterrupts,
		Context: ctx, Theme: style.New(cfg.Renderer, cfg.Dark),
	}
	m := &Model{
		cfg: cfg, env: e, fire: fire.New(e, cfg.Store),
		execute: campaigns.NewExecutor(e, cfg.Store, cfg.Executions), status: screen.Query[screen.Status]{Ctx: ctx},
		hints:     subscription{env: e, store: cfg.Store, changes: cfg.Store.Changes(ctx), notices: cfg.Notices},
		toasts:    toaster{env: e, add: cfg.Store.AddActivity},
		clipboard: clipboard{env: e, put: cfg.Copy},
	}
	m.views = newViews(e, allViews(e, cfg), func() tea.Cmd { return m.refresh(storage.ChangedAll) })
	m.chrome = chrome{env: e, views: m.views, toasts: &m.toasts, panel: m.fire.Panel, shown: preferences{m}.shownBindings}
	m.keys = keyQueue{target: m, now: cfg.Now, waiting: typedBefore(cfg.Typed)}
	m.commander = commander{m: m}
	m.settings = settingsWriter{env: e, views: m.views, set: cfg.Keep, filters: map[screen.View]string{}}
	m.mouse.set = cfg.Mouse
	m.notice = notifier{store: cfg.Store, ring: cfg.Notify, query: screen.Query[[]storage.Activity]{Ctx: ctx}}
	preferences{m}.applyKept(cfg.Kept)
	return m
}

// allViews returns the views in the order of their numbers.
func allViews(e *screen.Env, cfg Config) []screen.Screen {
	return []screen.Screen{
		webhooks.New(e, cfg.Store, cfg.Rules),
		campaigns.New(e, cfg.Store, cfg.Rules),
		deliveries.New(e, cfg.Store, sender(e, cfg)),
		receiver.New(e, cfg.Store, receiver.Actions{CA: cfg.CA, Export: cfg.Export, Resend: cfg.Resend, Rules: cfg.Rules}),
		activity.New(e, cfg.Store),
	}
}

// sender returns the sender of edited deliveries and receipts.
func sender(e *screen.Env, cfg Config) resend.Sender {
	return resend.Sender{Env: e, Store: cfg.Store, Attempt: cfg.Resend, Rules: cfg.Rules}
}

// Init reads the first screen, and subscribes to changes.
func (m *Model) Init() tea.Cmd {
	return tea.Batch(m.refresh(storage.ChangedAll), m.hints.start(), m.kept)
}

// refresh reads again what a change affects, if it is on the screen.
func (m *Model) refresh(c storage.Change) tea.Cmd {
	cmds := []tea.Cmd{m.views.front().Refresh(c), m.fire.Refresh(c), m.execute.Refresh(c), m.notice.refresh(c)}
	if c.Has(storage.ChangedRuntime | storage.ChangedDeliveries | storage.ChangedReceipts) {
		cmds = append(cmds, m.readStatus())
	}
	return tea.Batch(cmds...)
}

// readStatus reads what the header shows.
func (m *Model) readStatus() tea.Cmd {
	return m.status.Ask(func(ctx context.Context) (screen.Status, error) { return readStatus(ctx, m.cfg.Store) })
}

// ready reports whether the first screen has been read. Before that, a key would act on nothing.
func (m *Model) ready() bool {
	first, ok := m.views.stacks[screen.ViewWebhooks][0].(*webhooks.Screen)
	return m.fire.Tried && (!ok || first.Tried())
}

// busy reports whether the record on which a key acts is still being read. esc never waits, so that a
// person can always leave.
func (m *Model) busy(msg tea.KeyMsg) bool {
	front, ok := m.views.front().(screen.Busier)
	switch {
	case m.env.Waiting > 0:
		return true
	case !ok || m.overlays.top() != nil || msg.String() == "esc":
		return false
	}
	msg, _ = preferences{m}.remapped(msg)
	return front.Busy(msg)
}

// covered reports whether an overlay gets the keys.
func (m *Model) covered() bool { return m.overlays.top() != nil }

// typing reports whether letters are text on the front screen.
func (m *Model) typing() bool { return !m.covered() && typing(m.views.front()) }

// typing reports whether letters are text on a screen.
func typing(s screen.Screen) bool {
	t, ok := s.(screen.Typer)
	return ok && t.Typing()
}
