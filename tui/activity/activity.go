// Package activity is the screen of the log of activities. Start with [New].
package activity

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"backchannel/storage"
	"backchannel/tui/component"
	"backchannel/tui/screen"

	tea "github.com/charmbracelet/bubbletea"
)

// Store reads the activities.
type Store interface {
	Activities(ctx context.Context, after storage.ID, limit int) ([]storage.Activity, error)
}

// Screen lists activities in chronological order. It reads the newest ones, and earlier ones only when
// a person goes back or filters, because a list of all 10,000 takes too long to open.
type Screen struct {
	*screen.Inventory[storage.Activity]
	env     *screen.Env
	store   Store
	reading screen.Query[[]storage.Activity]
	limit   int        // how many are read; it grows as a person goes back in time
	toStart bool       // select the oldest one once all have been read
	seen    storage.ID // the newest one that has been visible
	at      int        // the index of the selected row at the last call of moved
}

const (
	limitStep = 300    // by how much the limit grows
	limitAll  = 10_000 // the number of activities that retention keeps
)

// New returns the screen of a store's activities.
func New(e *screen.Env, store Store) *Screen {
	a := &Screen{env: e, store: store, reading: screen.Query[[]storage.Activity]{Ctx: e.Context}, limit: limitStep}
	a.Inventory = screen.NewInventory(e, screen.InventorySpec[storage.Activity]{
		Columns: columns(),
		ID:      func(it storage.Activity) storage.ID { return it.ID },
		Row:     func(it storage.Activity) []component.Cell { return cells(e, it) },
		Filter:  screen.FilterSpec{View: "activity", Syntax: storage.ActivityFilter(), Known: e.KnownWebhooks},
		Fields: func(it storage.Activity) []storage.Fields {
			w, _ := e.Targets.Find(it.WebhookID)
			return []storage.Fields{it.Fields(w.Name)}
		},
		Tail:    true,
		Moved:   a.moved,
		Welcome: func(width, height int) string { return welcome(e, width, height) },
	})
	return a
}

// Title returns the view's name.
func (a *Screen) Title() string { return "Activity" }

// Refresh reads the activities again.
func (a *Screen) Refresh(c storage.Change) tea.Cmd {
	if !c.Has(storage.ChangedActivity) {
		return nil
	}
	return a.ask()
}

// ask reads the newest activities up to the limit.
func (a *Screen) ask() tea.Cmd {
	limit, read := a.limit, a.store.Activities
	return a.reading.Ask(func(ctx context.Context) ([]storage.Activity, error) { return read(ctx, 0, limit) })
}

// Update handles the results of reads, and keys without a binding. The key g reads all activities and
// then selects the oldest one.
func (a *Screen) Update(msg tea.Msg) tea.Cmd {
	if answer, fresh, cmd := a.reading.Take(msg); fresh {
		a.take(answer.Value, answer.Err)
		return cmd
	}
	// The inventory selects the oldest activity that has been read at once, so that something moves while the
	// others are being read.
	if key, ok := msg.(tea.KeyMsg); ok && a.more() && !a.Typing() && (key.String() == "g" || key.String() == "home") {
		a.limit, a.toStart = limitAll, true
		return tea.Batch(a.Inventory.Update(msg), a.ask())
	}
	return a.Inventory.Update(msg)
}

// take shows the activities that were read.
func (a *Screen) take(read []storage.Activity, err error) {
	a.Show(translate(a.env, read), err)
	if err != nil {
		return
	}
	if shown := a.Shown(); a.toStart && len(shown) > 0 {
		a.Select(shown[0].ID)
	}
	a.toStart = false
	a.markSeen()
}

// translate replaces the commands that the texts of activities suggest by the keys of the console, which
// do the same.
func translate(s *screen.Env, all []storage.Activity) []storage.Activity {
	for i := range all {
		all[i].Text = s.Translate(all[i].Text, all[i].At)
	}
	return all
}

// moved reads further back once the selection gets near the oldest activity that has been read, and
// reads all activities once a person filters them.
func (a *Screen) moved() tea.Cmd {
	a.markSeen()
	before := a.at
	a.at = a.ListTable().Index()
	switch {
	case len(a.Terms().Terms) > 0 && (a.more() || !a.Tried()):
		a.limit = limitAll
	case a.nearUnread() && a.at != before:
		a.limit += limitStep
	default:
		return nil
	}
	if !a.Tried() {
		return nil // the activities are read when the screen is shown
	}
	return a.ask()
}

// more reports whether there may be activities that have not been read.
func (a *Screen) more() bool { return len(a.All()) >= a.limit }

// nearUnread reports whether the selection is near older activities that have not been read.
func (a *Screen) nearUnread() bool { return a.more() && a.ListTable().Index() < screen.SpanMargin }

// markSeen notes which activities have been visible, so that they do not count as new.
func (a *Screen) markSeen() {
	shown, table := a.Shown(), a.ListTable()
	bottom := table.Bottom()
	if table.Following() {
		bottom = len(shown) - 1
	}
	if bottom >= 0 && bottom < len(shown) {
		a.seen = max(a.seen, shown[bottom].ID)
	}
}

// unseen returns how many activities are newer than those that have been visible.
func (a *Screen) unseen() (n int) {
	// From the newest, because few activities are new in a long list.
	for _, it := range slices.Backward(a.Shown()) {
		if it.ID <= a.seen {
			break
		}
		n++
	}
	return n
}

// Busy reports whether a key must wait, because it may move to rows that are still being read.
func (a *Screen) Busy(tea.KeyMsg) bool {
	return a.reading.Running && !a.Typing() && (!a.Tried() || a.toStart || a.nearUnread())
}

// Bindings returns the keys of the list and of its selected activity.
func (a *Screen) Bindings() []screen.Binding {
	if a.Typing() {
		return a.TypingBindings()
	}
	keys := []screen.Binding{screen.Binding{Keys: []string{"enter"}, Label: "open", Help: "Go to what it is about", Do: a.OnSelected(a.open)}.Unless(a.whyNotOpen())}
	if len(a.All()) > 0 {
		keys = append(keys, a.FilterBinding("Filter activities: failed kind:breaker webhook:acme since:1h"), screen.FollowBinding(a.ListTable().Following(), a.follow))
	}
	return keys
}

// follow starts or stops following the newest activity. It need not read anything, because the newest
// ones are always in memory.
func (a *Screen) follow() tea.Cmd {
	table := a.ListTable()
	table.Follow(!table.Following())
	return nil
}

// Position returns "following", or the position of the selection. The position is unknown, and so
// omitted, until all activities have been read.
func (a *Screen) Position() string {
	text := ""
	switch {
	case len(a.Shown()) == 0:
		return ""
	case a.ListTable().Following():
		return "following"
	case !a.more():
		text = fmt.Sprintf("%s of %s   ", screen.Thousands(int64(a.ListTable().Index()+1)), screen.Thousands(int64(len(a.Shown()))))
	}
	return strings.TrimRight(text+a.env.News(a.unseen()), " ")
}
