package tui

import (
	"context"
	"time"

	"backchannel/storage"
	"backchannel/tui/activity"
	"backchannel/tui/component"
	"backchannel/tui/deliveries"
	"backchannel/tui/fire"
	"backchannel/tui/receiver"
	"backchannel/tui/screen"
	"backchannel/tui/style"
	"backchannel/tui/webhooks"

	tea "github.com/charmbracelet/bubbletea"
)

// Model is the root of the console. It routes: keys to the overlay or screen in
// front, everything else to whom it concerns.
type Model struct {
	cfg           Config
	env           *screen.Env
	fire          *fire.Firer
	changes       <-chan storage.Change
	reading       screen.Query[screen.Status]
	stacks        [][]screen.Screen // per view: the view itself, then what was opened over it
	current       screen.View
	trail         []screen.View // from which one jumped to another, esc leads back to the last
	overlays      []screen.Overlay
	toasts        component.Toasts
	copied        screen.CopyMsg // last
	banner        string
	width, height int
	more          bool         // keys came in the same message behind the one that is taken
	awake         bool         // what is shown first was read
	typeahead     []pendingKey // came before that, or before what they are about was read
	taking        bool         // a key is being taken
	dispatched    *dispatch    // what the keys wait for that the last ones brought about, if not nil
	pasteUntil    time.Time    // until then, keys belong to a text that was pasted
	pulse         pulse        // last
}

// New makes the console's model. It lives until ctx ends.
func New(ctx context.Context, cfg Config) *Model {
	cfg = cfg.complete()
	e := &screen.Env{
		Times: screen.Times{Now: cfg.Now, Location: cfg.Location}, Rand: cfg.Rand, PID: cfg.PID,
		Context: ctx, Theme: style.New(cfg.Renderer, cfg.Dark),
	}
	m := &Model{cfg: cfg, env: e, fire: fire.New(e, cfg.Store), typeahead: typedBefore(cfg.Typed), changes: cfg.Store.Changes(ctx), reading: screen.Query[screen.Status]{Ctx: ctx}}
	for _, view := range newViews(e, cfg) {
		m.stacks = append(m.stacks, []screen.Screen{view})
	}
	return m
}

// newViews are the views in the order of their numbers.
func newViews(e *screen.Env, cfg Config) []screen.Screen {
	return []screen.Screen{
		webhooks.New(e, cfg.Store, cfg.Rules),
		deliveries.New(e, cfg.Store),
		receiver.New(e, cfg.Store, receiver.Actions{CA: cfg.CA, Export: cfg.Export, Resend: cfg.Resend}),
		activity.New(e, cfg.Store),
	}
}

// Init reads what is shown first and begins to listen.
func (m *Model) Init() tea.Cmd {
	return tea.Batch(m.refresh(storage.ChangedAll), m.awaitChange(), m.awaitNotice(), m.awaitEnd(), m.awaitTick())
}

// refresh reads again what is on the screen.
func (m *Model) refresh(c storage.Change) tea.Cmd {
	cmds := []tea.Cmd{m.front().Refresh(c), m.fire.Refresh(c)}
	if c.Has(storage.ChangedRuntime | storage.ChangedDeliveries | storage.ChangedReceipts) {
		cmds = append(cmds, m.reading.Ask(m.readStatus))
	}
	return tea.Batch(cmds...)
}

// front is the screen that has the keys.
func (m *Model) front() screen.Screen {
	stack := m.stacks[m.current]
	return stack[len(stack)-1]
}

// top is the overlay that has the keys, or nil.
func (m *Model) top() screen.Overlay {
	if len(m.overlays) == 0 {
		return nil
	}
	return m.overlays[len(m.overlays)-1]
}
