// Package activity is the screen of the log of what has happened. Begin with [New].
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

// Store keeps the activities.
type Store interface {
	Activities(ctx context.Context, after storage.ID, limit int) ([]storage.Activity, error)
}

// Screen lists what has happened, the newest last.
type Screen struct {
	*screen.Inventory[storage.Activity]
	env     *screen.Env
	store   Store
	reading screen.Query[[]storage.Activity]
	limit   int        // how many are read; it grows as a person goes back in time
	first   bool       // select the oldest once all were read
	seen    storage.ID // the newest that was visible
	at      int        // which row was selected
}

const (
	step = 300    // by how many the limit grows
	all  = 10_000 // as many as are kept
)

// New returns the screen of a store's activities.
func New(e *screen.Env, store Store) *Screen {
	a := &Screen{env: e, store: store, reading: screen.Query[[]storage.Activity]{Ctx: e.Context}, limit: step}
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

func (a *Screen) ask() tea.Cmd {
	limit, read := a.limit, a.store.Activities
	return a.reading.Ask(func(ctx context.Context) ([]storage.Activity, error) { return read(ctx, 0, limit) })
}

// Update takes what was read, and the keys that move or type.
func (a *Screen) Update(msg tea.Msg) tea.Cmd {
	if answer, fresh, cmd := a.reading.Take(msg); fresh {
		a.take(answer.Value, answer.Err)
		return cmd
	}
	if key, ok := msg.(tea.KeyMsg); ok && a.more() && !a.Typing() && (key.String() == "g" || key.String() == "home") {
		a.limit, a.first = all, true
		return tea.Batch(a.Inventory.Update(msg), a.ask())
	}
	return a.Inventory.Update(msg)
}

func (a *Screen) take(read []storage.Activity, err error) {
	a.Show(advised(a.env, read), err)
	if err != nil {
		return
	}
	if shown := a.Shown(); a.first && len(shown) > 0 {
		a.Select(shown[0].ID)
	}
	a.first = false
	a.look()
}

// advised translates the texts of activities, which advise commands, to keys.
func advised(s *screen.Env, all []storage.Activity) []storage.Activity {
	for i := range all {
		all[i].Text = s.Translate(all[i].Text, all[i].At)
	}
	return all
}

// moved reads further back once the selection comes near what was not read, and all activities
// once a person filters them.
func (a *Screen) moved() tea.Cmd {
	a.look()
	was := a.at
	a.at = a.ListTable().Index()
	switch {
	case len(a.Terms().Terms) > 0 && (a.more() || !a.Tried()):
		a.limit = all
	case a.older() && a.at != was:
		a.limit += step
	default:
		return nil
	}
	if !a.Tried() {
		return nil // they are read once the screen is in front
	}
	return a.ask()
}

// more reports whether there may be activities that were not read.
func (a *Screen) more() bool { return len(a.All()) >= a.limit }

// older reports whether the selection is near activities that were not read yet.
func (a *Screen) older() bool { return a.more() && a.ListTable().Index() < screen.SpanMargin }

// look remembers which activities were visible.
func (a *Screen) look() {
	shown, table := a.Shown(), a.ListTable()
	bottom := table.Bottom()
	if table.Following() {
		bottom = len(shown) - 1
	}
	if bottom >= 0 && bottom < len(shown) {
		a.seen = max(a.seen, shown[bottom].ID)
	}
}

// unseen returns how many activities are newer than those that were visible.
func (a *Screen) unseen() (n int) {
	for _, it := range slices.Backward(a.Shown()) {
		if it.ID <= a.seen {
			break
		}
		n++
	}
	return n
}

// Busy reports whether rows that a key may move to are being read.
func (a *Screen) Busy(tea.KeyMsg) bool {
	return a.reading.Running && !a.Typing() && (!a.Tried() || a.first || a.older())
}

// Bindings returns the keys of the list and of its selected activity.
func (a *Screen) Bindings() []screen.Binding {
	if a.Typing() {
		return a.TypingBindings()
	}
	keys := []screen.Binding{screen.Binding{Keys: []string{"enter"}, Label: "open", Help: "Go to what it is about", Do: a.OnSelected(a.open)}.Unless(a.closed())}
	if len(a.All()) > 0 {
		keys = append(keys, a.FilterBinding("Choose activities: failed kind:breaker webhook:acme since:1h"), screen.FollowBinding(a.ListTable().Following(), a.follow))
	}
	return keys
}

func (a *Screen) follow() tea.Cmd {
	table := a.ListTable()
	table.Follow(!table.Following())
	return nil
}

// Position returns whether the list follows the newest, or where the selection is.
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
