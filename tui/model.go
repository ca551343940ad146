package tui

import (
	"context"
	"time"

	"backchannel/storage"
	"backchannel/tui/component"
	"backchannel/tui/style"

	tea "github.com/charmbracelet/bubbletea"
)

// Model is the root of the console. It routes: keys to the overlay or screen in
// front, everything else to whom it concerns.
type Model struct {
	shared        *shared
	changes       <-chan storage.Change
	reading       query[status]
	stacks        [][]screen // per view: the view itself, then what was opened over it
	current       view
	trail         []view // from which one jumped to another, esc leads back to the last
	overlays      []overlay
	toasts        component.Toasts
	copied        copyMsg // last
	banner        string
	width, height int
	more          bool      // keys came in the same message behind the one that is taken
	awake         bool      // what is shown first was read
	early         []early   // came before that, or before what they are about was read
	taking        bool      // a key is being taken
	dry           time.Time // until then, keys belong to a text that was pasted
	pulse         pulse     // last
}

// New makes the console's model. It lives until ctx ends.
func New(ctx context.Context, cfg Config) *Model {
	cfg = cfg.complete()
	s := &shared{Config: cfg, ctx: ctx, theme: style.New(cfg.Renderer, cfg.Dark)}
	s.fire = newFiring(s)
	m := &Model{shared: s, early: earlyKeys(cfg.Typed), changes: cfg.Store.Changes(ctx), reading: query[status]{ctx: ctx}}
	for _, view := range newViews(s) {
		m.stacks = append(m.stacks, []screen{view})
	}
	return m
}

// newViews are the views in the order of their numbers.
func newViews(s *shared) []screen {
	return []screen{newWebhooks(s), newDeliveries(s), newReceiver(s), newActivity(s)}
}

// Init reads what is shown first and begins to listen.
func (m *Model) Init() tea.Cmd {
	return tea.Batch(m.refresh(storage.ChangedAll), m.awaitChange(), m.awaitNotice(), m.awaitEnd(), m.awaitTick())
}

// refresh reads again what is on the screen.
func (m *Model) refresh(c storage.Change) tea.Cmd {
	cmds := []tea.Cmd{m.front().Refresh(c), m.shared.fire.Refresh(c)}
	if c.Has(storage.ChangedRuntime | storage.ChangedDeliveries | storage.ChangedReceipts) {
		cmds = append(cmds, m.reading.ask(m.shared.readStatus))
	}
	return tea.Batch(cmds...)
}

// front is the screen that has the keys.
func (m *Model) front() screen {
	stack := m.stacks[m.current]
	return stack[len(stack)-1]
}

// top is the overlay that has the keys, or nil.
func (m *Model) top() overlay {
	if len(m.overlays) == 0 {
		return nil
	}
	return m.overlays[len(m.overlays)-1]
}
