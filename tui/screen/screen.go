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

// A Screen fills the space between header and footer: a view, or something opened over it. Its
// methods are called by one goroutine. They must not do I/O; they return commands that do.
type Screen interface {
	// Title returns the name of a view's tab, or the heading of another screen.
	Title() string
	// Bindings returns the keys that have an action at the moment.
	Bindings() []Binding
	// Update handles the messages that are not for the root. Keys go only to the screen in front,
	// and only those without a binding.
	Update(tea.Msg) tea.Cmd
	// Refresh reads again what a change affects. It is called with ChangedAll when the screen comes
	// to the front, and on each change while it is there.
	Refresh(storage.Change) tea.Cmd
	// View draws at most width by height cells.
	View(width, height int) string
}

// Optional interfaces of a screen.
type (
	// A Typer has a text input. While Typing reports true, keys are text, and only those with ctrl
	// are looked up in the bindings.
	Typer interface{ Typing() bool }
	// A Busier reports whether what a key acts on is still being read, so that the key waits.
	Busier interface{ Busy(tea.KeyMsg) bool }
	// A Backer handles esc and q before the root does, unless it returns false.
	Backer interface{ Back() (tea.Cmd, bool) }
	// A Positioner returns its position for the right end of the footer: "3 of 12".
	Positioner interface{ Position() string }
	// A Copier returns texts to copy, the most useful first. Empty ones are not offered.
	Copier interface{ Copies() []CopyItem }
	// A Revealer can select an item.
	Revealer interface{ Reveal(storage.ID) tea.Cmd }
	// A Filterer can filter by a text, as if a person had typed it.
	Filterer interface {
		FilterBy(text string) tea.Cmd
		// CheckFilter returns what is wrong with a filter's text, or nil.
		CheckFilter(text string) error
		// FilterText returns the text of the filter. It returns false while a person types it.
		FilterText() (string, bool)
		// OnlyFiltered reports whether Back would do nothing but remove the filter.
		OnlyFiltered() bool
	}
	// A Detailer can move the focus to the detail.
	Detailer interface{ FocusDetail() }
	// A Bookmarker can save and restore its state.
	Bookmarker interface {
		Bookmark() Bookmark
		Return(Bookmark) tea.Cmd
	}
	// A BackLabeler returns in a word or two what esc does before it closes the screen, or "".
	BackLabeler interface{ BackLabel() string }
	// A Pointed handles the mouse: a click, and the wheel, which turns down if by is positive. The
	// position is relative to what View drew last.
	Pointed interface {
		Click(x, y int) tea.Cmd
		Wheel(x, y, by int) tea.Cmd
	}
	// A targeter returns the selected webhook, at which the key f fires.
	targeter interface{ Webhook() (storage.ID, bool) }
)

// A lister is the set of optional interfaces that every screen with a list implements.
type lister interface {
	Typer
	Busier
	Backer
	Positioner
	Revealer
	Filterer
	Bookmarker
	BackLabeler
	Pointed
	Keeper
}

var (
	_ lister   = (*Browser[any, any])(nil)
	_ Detailer = (*Browser[any, any])(nil)
	_ lister   = (*Inventory[any])(nil)
)

// A Bookmark is the state of a screen with a list, to which a person can return.
type Bookmark struct {
	Filter  string
	ID      storage.ID // of the selected record; 0: none
	Follows bool       // it was selected as the newest
	Pane    int
	Tab     int
}

// Same reports whether two bookmarks show the same records, apart from newer ones that follow.
func (p Bookmark) Same(as Bookmark) bool {
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
	Moved  map[string]string // the configured keys, by the built-in ones that they replace
	Rand   io.Reader         // for the IDs of fired events
	PID    int               // of this process
	Editor string            // the person's, as a shell runs it; empty: none
	// HoldInterrupts makes this process ignore Ctrl+C until release is called; nil: it does not.
	HoldInterrupts func() (release func())
	CA             string // path of the certificate that clients of the receiver must trust

	Context context.Context // of every command; it ends with the console
	Theme   *style.Theme
	Status  Status
	Targets Targets
	Zoomed  bool                // the focused pane has the whole screen
	Filters map[string][]string // the filters last used in each view, the latest first
	Waiting int                 // how many commands of ReadThen are running
}

// Targets holds the webhooks at which an event can be fired, as they were read last.
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

// Target returns the webhook to fire at: that of the selected row, otherwise the chosen one,
// otherwise the first. It returns false if there is no webhook.
func (t *Targets) Target(front Screen) (storage.Webhook, bool) {
	if a, ok := front.(targeter); ok {
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
