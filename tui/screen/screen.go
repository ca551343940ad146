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

// A Screen fills the space between header and footer: a view, or something opened over it.
// Its methods are called by one goroutine, and do no I/O themselves: they return commands
// that do.
type Screen interface {
	// Title returns the name of a view's tab, or the heading of another screen.
	Title() string
	// Bindings returns the keys that do something now.
	Bindings() []Binding
	// Update handles the messages that are not for the root. Only the screen in front gets
	// keys, and of these only the ones without a binding.
	Update(tea.Msg) tea.Cmd
	// Refresh reads again what the change concerns. It is called when the screen comes to the
	// front, with ChangedAll, and on each change while it is there.
	Refresh(storage.Change) tea.Cmd
	// View draws at most width by height cells.
	View(width, height int) string
}

// What a screen can do in addition.
type (
	// A Typer has a place for text. While Typing, keys are text, and only those with ctrl are
	// looked up in the bindings.
	Typer interface{ Typing() bool }
	// A Busier reports whether what a key acts on is still being read, so that the key waits.
	Busier interface{ Busy(tea.KeyMsg) bool }
	// A Backer handles esc and q before the root does, unless it returns false.
	Backer interface{ Back() (tea.Cmd, bool) }
	// A Positioner returns its position for the right end of the footer: "3 of 12".
	Positioner interface{ Position() string }
	// A Copier returns texts to copy, the likeliest first.
	Copier interface{ Copies() []CopyItem }
	// A Revealer can select an item.
	Revealer interface{ Reveal(storage.ID) tea.Cmd }
	// A Filterer can filter by a text, as if a person had typed it.
	Filterer interface {
		FilterBy(text string) tea.Cmd
		// CheckFilter says what is wrong with a filter's text.
		CheckFilter(text string) error
		// FilterText returns the filter that is in force. It returns false while one is typed.
		FilterText() (string, bool)
		// OnlyFiltered reports whether all that Back would do is to take the filter away.
		OnlyFiltered() bool
	}
	// A Detailer can move the focus to the detail.
	Detailer interface{ FocusDetail() }
	// A Placer says what it shows, and shows that again.
	Placer interface {
		Place() Place
		Return(Place) tea.Cmd
	}
	// A Nearer says in a word or two what esc does before it leads back, or "".
	Nearer interface{ Nearer() string }
	// A Pointed takes the mouse: a click, and the wheel, downwards if by is greater than 0.
	// The place is within the size that View drew last.
	Pointed interface {
		Click(x, y int) tea.Cmd
		Wheel(x, y, by int) tea.Cmd
	}
	// An aimer returns the webhook that is selected, at which f fires.
	aimer interface{ Webhook() (storage.ID, bool) }
)

// A lister is what every screen with a list can do.
type lister interface {
	Typer
	Busier
	Backer
	Positioner
	Revealer
	Filterer
	Placer
	Nearer
	Pointed
	Keeper
}

var (
	_ lister   = (*Browser[any, any])(nil)
	_ Detailer = (*Browser[any, any])(nil)
	_ lister   = (*Inventory[any])(nil)
)

// A Place is what a screen with a list shows.
type Place struct {
	Filter  string
	ID      storage.ID // of the selected record; 0: none
	Follows bool       // it was selected as the newest
	Pane    int
	Tab     int
}

// Same reports whether two places show the same, whatever comes.
func (p Place) Same(as Place) bool {
	p.Follows = as.Follows
	return p == as
}

// A CopyItem is a text to copy, and what to call it.
type CopyItem struct{ Label, Text string }

// View is the number of one of the console's views.
type View int

// The views in the order of their numbers.
const (
	ViewWebhooks View = iota
	ViewCampaigns
	ViewDeliveries
	ViewReceiver
	ViewActivity
)

// Env holds what all screens share: the time and the theme, the status of the engine, and
// the webhooks that an event can be fired at. It neither reads nor writes records.
type Env struct {
	Times
	Moved  map[string]string // the keys that a person chose, by the built-in ones
	Rand   io.Reader         // for the IDs of fired events
	PID    int               // of this process
	Editor string            // the person's, as a shell runs it; empty: none
	CA     string            // path of the certificate by which clients are to trust the receiver

	Context context.Context // of every command; it ends with the console
	Theme   *style.Theme
	Status  Status
	Targets Targets
	Zoomed  bool                // the focused pane has the whole screen
	Filters map[string][]string // that were used last in each view, the latest first
	Waiting int                 // how many commands of ReadThen have not been answered
}

// Targets holds the webhooks that an event can be fired at, as they were read last.
type Targets struct {
	Webhooks []storage.Webhook // by name
	Chosen   storage.ID        // the one fired at last, or chosen since then
	Reading  bool              // they are being read again
}

// Find returns the webhook with an ID.
func (t *Targets) Find(id storage.ID) (storage.Webhook, bool) {
	i := slices.IndexFunc(t.Webhooks, func(w storage.Webhook) bool { return w.ID == id })
	if i < 0 {
		return storage.Webhook{}, false
	}
	return t.Webhooks[i], true
}

// Aim returns the webhook to fire at: that of the selected row, otherwise the chosen one,
// otherwise the first.
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

// Builder returns a builder for the events of fixtures.
func (s *Env) Builder() fixtures.Builder { return fixtures.Builder{Now: s.Now, Rand: s.Rand} }
