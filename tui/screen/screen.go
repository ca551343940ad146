package screen

import (
	"context"
	"io"
	"slices"

	"backchannel/fixtures"
	"backchannel/storage"
	"backchannel/tui/style"

	tea "github.com/charmbracelet/bubbletea"
)

// A Screen fills the space between header and footer: one of the four views, or
// something opened over them. Its methods are called by the program's one
// goroutine. They never do I/O: that is for the commands they return.
type Screen interface {
	// Title is the tab's word for a view, the heading of any other screen.
	Title() string
	// Bindings are the keys that do something just now.
	Bindings() []Binding
	// Update takes any message that is not for the root. Keys come to the screen in
	// front alone, those that no binding takes.
	Update(tea.Msg) tea.Cmd
	// Refresh reads again what is shown as far as the change concerns it. It is
	// called when the screen comes to the front, with ChangedAll, and while it is.
	Refresh(storage.Change) tea.Cmd
	// View draws at most width by height cells.
	View(width, height int) string
}

// What a screen can do besides.
type (
	// Typer has a place to type in: keys are text while Typing, and only those with
	// ctrl are looked up in the bindings first.
	Typer interface{ Typing() bool }
	// Busier says that what a key is about is still to be read: keys wait as long.
	Busier interface{ Busy(tea.KeyMsg) bool }
	// Backer takes esc and q before the root does. False: nothing to go back from.
	Backer interface{ Back() (tea.Cmd, bool) }
	// Positioner says at the right of the footer where one is: "3 of 12".
	Positioner interface{ Position() string }
	// Copier offers things to copy, the likeliest first.
	Copier interface{ Copies() []CopyItem }
	// Revealer can bring an item to the front.
	Revealer interface{ Reveal(storage.ID) tea.Cmd }
	// aimer has a webhook selected, the one that an event fired now is for. False: none.
	aimer interface{ Webhook() (storage.ID, bool) }
)

// A CopyItem is a text to copy, and what to call it.
type CopyItem struct{ Label, Text string }

// View is one of the console's four views.
type View int

// The views in the order of their numbers.
const (
	ViewWebhooks View = iota
	ViewDeliveries
	ViewReceiver
	ViewActivity
)

// Env holds what all screens share: the time and the theme, the status of the engine, and
// the webhooks that an event can be fired at. It neither reads nor writes records.
type Env struct {
	Times
	Rand io.Reader // for the IDs of fired events
	PID  int       // of this process

	Context context.Context // of every command; it ends with the console
	Theme   *style.Theme
	Status  Status
	Targets Targets
	Zoomed  bool // the focused pane has the whole screen
	Waiting int  // how many commands of ReadThen have not been answered
}

// Targets are the webhooks that an event can be fired at, as they were read last.
type Targets struct {
	Webhooks []storage.Webhook // by name
	Chosen   storage.ID        // the one fired at last, or chosen since
	Reading  bool              // they are being read again
}

// Find finds a webhook by its ID.
func (t *Targets) Find(id storage.ID) (storage.Webhook, bool) {
	i := slices.IndexFunc(t.Webhooks, func(w storage.Webhook) bool { return w.ID == id })
	if i < 0 {
		return storage.Webhook{}, false
	}
	return t.Webhooks[i], true
}

// Aim is the webhook to fire at: that of the selected row, else the last one, else the
// only one there is.
func (t *Targets) Aim(front Screen) (storage.Webhook, bool) {
	if a, ok := front.(aimer); ok {
		if id, ok := a.Webhook(); ok {
			if w, ok := t.Find(id); ok {
				return w, true
			}
		}
	}
	if w, ok := t.Find(t.Chosen); ok {
		return w, true
	}
	if len(t.Webhooks) == 0 {
		return storage.Webhook{}, false
	}
	return t.Webhooks[0], true
}

// Builder fills in the fixtures' events.
func (s *Env) Builder() fixtures.Builder { return fixtures.Builder{Now: s.Now, Rand: s.Rand} }
