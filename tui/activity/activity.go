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
	env     *screen.Env
	store   Store
	reading screen.Query[[]storage.Activity]
	all     []storage.Activity
	shown   []storage.Activity // those that the filter chooses
	filter  screen.Filter
	table   component.Table
	limit   int        // how many are read; it grows as a person goes back in time
	first   bool       // select the oldest once all were read
	seen    storage.ID // the newest that was visible
	read    bool
	err     error
}

const (
	step = 300    // by how many the limit grows
	all  = 10_000 // as many as are kept
)

// New returns the screen of a store's activities.
func New(e *screen.Env, store Store) *Screen {
	a := &Screen{env: e, store: store, reading: screen.Query[[]storage.Activity]{Ctx: e.Context}, limit: step}
	a.filter = screen.NewFilter(e, screen.FilterSpec{View: "activity", Syntax: storage.ActivityFilter(), Known: a.known})
	a.table = component.Table{Columns: columns(), Tail: true, Focused: true}
	a.table.Follow(true)
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
		if a.err = answer.Err; a.err == nil {
			a.read, a.all = true, advised(a.env, answer.Value)
			a.applyFilter()
			if a.first && len(a.shown) > 0 {
				a.table.Select(a.Key(0))
			}
			a.first = false
		}
		return cmd
	}
	if key, ok := msg.(tea.KeyMsg); ok {
		return a.key(key)
	}
	return nil
}

// advised translates the texts of activities, which advise commands, to keys.
func advised(s *screen.Env, all []storage.Activity) []storage.Activity {
	for i := range all {
		all[i].Text = s.Translate(all[i].Text, all[i].At)
	}
	return all
}

func (a *Screen) key(key tea.KeyMsg) tea.Cmd {
	switch {
	case a.filter.Typing:
		if a.filter.Key(key) {
			a.applyFilter()
		}
		if !a.filter.Typing {
			a.table.Choose()
		}
		return a.fill()
	case !a.pressed(key) || !a.older():
		return nil
	case key.String() == "g" || key.String() == "home":
		a.limit, a.first = all, true
	default:
		a.limit += step
	}
	return a.ask()
}

// pressed reports whether a key moved the selection.
func (a *Screen) pressed(key tea.KeyMsg) bool {
	moved := a.table.Key(key)
	a.look()
	return moved
}

// look remembers which activities were visible.
func (a *Screen) look() {
	bottom := a.table.Bottom()
	if a.table.Following() {
		bottom = len(a.shown) - 1
	}
	if bottom >= 0 && bottom < len(a.shown) {
		a.seen = max(a.seen, a.shown[bottom].ID)
	}
}

// unseen returns how many activities are newer than those that were visible.
func (a *Screen) unseen() (n int) {
	for _, it := range slices.Backward(a.shown) {
		if it.ID <= a.seen {
			break
		}
		n++
	}
	return n
}

// Busy reports whether rows that a key may move to are being read.
func (a *Screen) Busy(tea.KeyMsg) bool {
	return a.reading.Running && !a.filter.Typing && (!a.read || a.first || a.older())
}

// Place returns what the list shows.
func (a *Screen) Place() screen.Place {
	return screen.Place{Filter: a.filter.Kept(), ID: a.selected().ID, Follows: a.table.Following()}
}

// Return shows a place again.
func (a *Screen) Return(to screen.Place) tea.Cmd {
	if a.filter.Text() != to.Filter {
		a.FilterBy(to.Filter)
	}
	a.table.Select(to.ID.String())
	a.table.Follow(to.Follows && a.table.Index() == len(a.shown)-1)
	return nil
}

// older reports whether the selection is near activities that were not read yet.
func (a *Screen) older() bool { return len(a.all) >= a.limit && a.table.Index() < screen.SpanMargin }

// Bindings returns the keys of the list and of its selected activity.
func (a *Screen) Bindings() []screen.Binding {
	if a.filter.Typing {
		return a.filter.Bindings()
	}
	all := []screen.Binding{screen.Binding{Keys: []string{"enter"}, Label: "open", Help: "Go to what it is about", Do: a.open}.Unless(a.closed())}
	if len(a.all) > 0 {
		all = append(all, screen.Binding{Keys: []string{"/"}, Label: "filter", Help: "Choose activities: failed kind:breaker webhook:acme since:1h", Do: a.filter.Open}, screen.FollowBinding(a.table.Following(), a.follow))
	}
	return all
}

func (a *Screen) follow() tea.Cmd {
	a.table.Follow(!a.table.Following())
	return nil
}

// Position returns whether the list follows the newest, or where the selection is.
func (a *Screen) Position() string {
	text := ""
	switch {
	case len(a.shown) == 0:
		return ""
	case a.table.Following():
		return "following"
	case len(a.all) < a.limit:
		text = fmt.Sprintf("%s of %s   ", screen.Thousands(int64(a.table.Index()+1)), screen.Thousands(int64(len(a.shown))))
	}
	return strings.TrimRight(text+screen.News(a.unseen()), " ")
}
