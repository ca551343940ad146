// Package activity is the screen that tells what happened. Begin with [New].
package activity

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/charmbracelet/lipgloss"

	"backchannel/storage"
	"backchannel/tui/component"
	"backchannel/tui/screen"
	"backchannel/tui/style"

	tea "github.com/charmbracelet/bubbletea"
)

// Store keeps what happened.
type Store interface {
	Activities(ctx context.Context, after storage.ID, limit int) ([]storage.Activity, error)
}

// Screen tells what happened, the newest last.
type Screen struct {
	env     *screen.Env
	store   Store
	reading screen.Query[[]storage.Activity]
	all     []storage.Activity
	shown   []storage.Activity // what the filter leaves
	filter  screen.Filter
	table   component.Table
	limit   int  // how many are read; grows as one goes back in time
	first   bool // the first one is to be selected
	read    bool
	err     error
}

const (
	step = 300    // by how many the limit grows
	all  = 10_000 // as many as are kept
)

// New shows what a store tells.
func New(e *screen.Env, store Store) *Screen {
	a := &Screen{env: e, store: store, reading: screen.Query[[]storage.Activity]{Ctx: e.Context}, limit: step}
	a.table = component.Table{Columns: columns(), Tail: true, Focused: true}
	a.table.Follow(true)
	return a
}

// Title is the tab's.
func (a *Screen) Title() string { return "Activity" }

// Refresh reads again what happened.
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

// Update takes what was read, and moves the selection.
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

// advised are activities with the keys in them that do here what their commands would.
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
		} else if !a.filter.Typing {
			a.table.Choose()
		}
		return a.fill()
	case !a.table.Key(key) || !a.older():
		return nil
	case key.String() == "g" || key.String() == "home":
		a.limit, a.first = all, true
	default:
		a.limit += step
	}
	return a.ask()
}

func (a *Screen) applyFilter() {
	words := screen.Words(a.filter.Text())
	a.shown = slices.DeleteFunc(slices.Clone(a.all), func(it storage.Activity) bool {
		return !screen.HasWords(words, string(it.Kind), it.Text)
	})
	a.table.SetSource(a)
}

// fill reads all there is as soon as one looks for something in it.
func (a *Screen) fill() tea.Cmd {
	if a.filter.Text() == "" || len(a.all) < a.limit {
		return nil
	}
	a.limit = all
	return a.ask()
}

// Busy is while what a key would move among is read.
func (a *Screen) Busy(tea.KeyMsg) bool {
	return a.reading.Running && !a.filter.Typing && (!a.read || a.first || a.older())
}

// Typing is while the filter takes the keys.
func (a *Screen) Typing() bool { return a.filter.Typing }

// Back takes the filter away.
func (a *Screen) Back() (tea.Cmd, bool) {
	had := a.filter.Clear()
	if had {
		a.applyFilter()
	}
	return nil, had
}

// older reports whether the selection is near to what was not read yet.
func (a *Screen) older() bool { return len(a.all) >= a.limit && a.table.Index() < screen.SpanMargin }

// Bindings are what can be done with the selected activity.
func (a *Screen) Bindings() []screen.Binding {
	if a.filter.Typing {
		return a.filter.Bindings()
	}
	all := []screen.Binding{screen.Binding{Keys: []string{"enter"}, Label: "open", Help: "Go to what it is about", Do: a.open}.Unless(a.closed())}
	if len(a.all) > 0 {
		all = append(all, screen.Binding{Keys: []string{"/"}, Label: "filter", Help: "Show only what holds these words: failed acme", Do: a.filter.Open}, screen.FollowBinding(a.table.Following(), a.follow))
	}
	return all
}

// closed says why there is nothing to go to; empty when there is.
func (a *Screen) closed() string {
	switch view, id := a.subject(); {
	case id == 0:
		return "it is about nothing that one could go to"
	case view != screen.ViewWebhooks:
		return ""
	default:
		if _, ok := a.env.Targets.Find(id); ok {
			return ""
		}
		return "the webhook that it is about was deleted"
	}
}

func (a *Screen) follow() tea.Cmd {
	a.table.Follow(!a.table.Following())
	return nil
}

func (a *Screen) open() tea.Cmd {
	view, id := a.subject()
	a.table.Follow(false) // so that this one is selected when one comes back
	return screen.JumpTo(view, id)
}

func (a *Screen) selected() storage.Activity {
	if i := a.table.Index(); i < len(a.shown) {
		return a.shown[i]
	}
	return storage.Activity{}
}

// subject is what the selected activity is about.
func (a *Screen) subject() (screen.View, storage.ID) {
	switch it := a.selected(); {
	case it.ReceiptID != 0:
		return screen.ViewReceiver, it.ReceiptID
	case it.DeliveryID != 0:
		return screen.ViewDeliveries, it.DeliveryID
	default:
		return screen.ViewWebhooks, it.WebhookID
	}
}

// Webhook is the one that the selected activity is about.
func (a *Screen) Webhook() (storage.ID, bool) {
	id := a.selected().WebhookID
	return id, id != 0
}

// Position says whether the list moves.
func (a *Screen) Position() string {
	switch {
	case len(a.shown) == 0:
		return ""
	case a.table.Following():
		return "following"
	case len(a.all) < a.limit:
		return fmt.Sprintf("%s of %s", screen.Thousands(int64(a.table.Index()+1)), screen.Thousands(int64(len(a.shown))))
	}
	return ""
}

// Copies is the text.
func (a *Screen) Copies() []screen.CopyItem {
	if it := a.selected(); it.ID != 0 {
		return []screen.CopyItem{{Label: "text", Text: it.Text}}
	}
	return nil
}

// View draws the list, and below it the whole text of the selected one if it is cut.
func (a *Screen) View(width, height int) string {
	th := a.env.Theme
	switch {
	case a.err != nil && !a.read:
		return screen.ReadFailure(th, a.err)
	case !a.read:
		return ""
	case len(a.all) == 0:
		return a.env.Welcome("Activity", []string{"Nothing happened yet. Webhooks saved and paused, events fired, deliveries that failed for good, breakers opened, the receiver going on and off, another process taking over: all that stands here."},
			[][2]string{{"1", "the webhooks; n makes one"}}, width, height)
	}
	whole := component.Wrap(style.Escape(a.selected().Text), width-6)
	if len(whole) == 1 && len(whole[0])+lead <= width {
		whole = nil
	}
	whole = whole[:min(len(whole), height/3)]
	a.table.Focused = !a.filter.Typing
	a.table.Empty = []string{"Nothing holds these words.", "esc shows all again."}
	size := component.Size{Width: width, Height: height - len(whole) - min(1, len(whole))}
	lines := []string{a.filter.Below(th, size, func(size component.Size) string {
		a.table.SetSize(size.Width, size.Height)
		return a.table.View(th)
	})}
	if len(whole) > 0 {
		lines = append(lines, component.Rule(th, width))
	}
	for _, line := range whole {
		lines = append(lines, "   "+th.Text.Render(line))
	}
	return strings.Join(lines, "\n")
}

// lead is what stands left of the text.
const lead = 30

func columns() []component.Column {
	return []component.Column{
		{Title: "Time", Width: 12},
		{Title: "What", Width: 10},
		{Title: "", Width: 10, Flex: 1},
	}
}

// Len is how many rows the table has; Len, Key and Row are for it.
func (a *Screen) Len() int { return len(a.shown) }

// Key is the activity's ID.
func (a *Screen) Key(i int) string { return a.shown[i].ID.String() }

// Row is the activity's cells.
func (a *Screen) Row(i int) []component.Cell {
	it, th := a.shown[i], a.env.Theme
	glyph, ink := kindStyle(th, it.Kind)
	return []component.Cell{
		{Text: a.env.DayOrClock(it.At), Style: th.Dim},
		{Text: glyph + " " + string(it.Kind), Style: ink},
		{Text: it.Text, Style: th.Text},
	}
}

func kindStyle(th *style.Theme, kind storage.ActivityKind) (string, lipgloss.Style) {
	switch kind {
	case storage.ActivityError, storage.ActivityFailed:
		return style.Cross, th.Bad
	case storage.ActivityFired:
		return style.Dot, th.Text
	case storage.ActivityBreaker:
		return style.Warning, th.Warn
	}
	return style.Info, th.Dim
}
