package tui

import (
	"context"
	"sync/atomic"

	"backchannel/storage"
	"backchannel/tui/style"

	tea "github.com/charmbracelet/bubbletea"
)

// A screen fills the space between header and footer: one of the four views, or
// something opened over them. Its methods are called by the program's one
// goroutine. They never do I/O: that is for the commands they return.
type screen interface {
	// Title is the tab's word for a view, the heading of any other screen.
	Title() string
	// Bindings are the keys that do something just now.
	Bindings() []binding
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
	// typer has a place to type in: keys are text while Typing, and only those with
	// ctrl are looked up in the bindings first.
	typer interface{ Typing() bool }
	// busier says that what a key is about is still to be read: keys wait as long.
	busier interface{ Busy(tea.KeyMsg) bool }
	// backer takes esc and q before the root does. False: nothing to go back from.
	backer interface{ Back() (tea.Cmd, bool) }
	// positioner says at the right of the footer where one is: "3 of 12".
	positioner interface{ Position() string }
	// copier offers things to copy, the likeliest first.
	copier interface{ Copies() []copyItem }
	// revealer can bring an item to the front.
	revealer interface{ Reveal(storage.ID) tea.Cmd }
	// aimer has a webhook selected, the one that an event fired now is for. False: none.
	aimer interface{ Webhook() (storage.ID, bool) }
)

type copyItem struct{ label, text string }

// view is one of the console's four views.
type view int

const (
	viewWebhooks view = iota
	viewDeliveries
	viewReceiver
	viewActivity
)

// shared is what all screens see.
type shared struct {
	Config
	ctx      context.Context // ends with the console; every command's
	theme    *style.Theme
	status   status
	fire     *firing
	zoomed   bool // the focused pane has the whole screen
	openings int  // overlays that open once something was read
	// staleAt is from when on what was drawn last says wrongly how far from now something is:
	// nanoseconds since 1970, 0 for never.
	staleAt atomic.Int64
}
