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
	"backchannel/tui/style"

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

func (a *Screen) applyFilter() {
	a.shown = slices.DeleteFunc(slices.Clone(a.all), func(it storage.Activity) bool {
		return !a.filter.Terms().Matches(a.compared(it))
	})
	a.filter.Found, a.filter.Total = int64(len(a.shown)), int64(len(a.all))
	a.table.SetSource(a)
	a.look()
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

// compared returns what the filter compares of an activity.
func (a *Screen) compared(it storage.Activity) storage.Fields {
	values := map[string][]string{"kind": {string(it.Kind)}}
	if w, ok := a.env.Targets.Find(it.WebhookID); ok {
		values["webhook"] = []string{w.Name}
	}
	return storage.Fields{Values: values, Words: []string{it.Text}, At: it.At}
}

// known returns the values of a key that occur.
func (a *Screen) known(key string) []string {
	var all []string
	for _, w := range a.env.Targets.Webhooks {
		if key == "webhook" {
			all = append(all, w.Name)
		}
	}
	return all
}

// fill reads all activities once a person filters them.
func (a *Screen) fill() tea.Cmd {
	if len(a.filter.Terms().Terms) == 0 || len(a.all) < a.limit {
		return nil
	}
	a.limit = all
	return a.ask()
}

// Busy reports whether rows that a key may move to are being read.
func (a *Screen) Busy(tea.KeyMsg) bool {
	return a.reading.Running && !a.filter.Typing && (!a.read || a.first || a.older())
}

// Typing reports whether keys are text for the filter.
func (a *Screen) Typing() bool { return a.filter.Typing }

// Back removes the filter.
func (a *Screen) Back() (tea.Cmd, bool) {
	had := a.filter.Clear()
	if had {
		a.applyFilter()
	}
	return nil, had
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

// CheckFilter says what is wrong with a filter's text.
func (a *Screen) CheckFilter(text string) error { return a.filter.Check(text) }

// FilterBy filters by a text as if a person had typed it.
func (a *Screen) FilterBy(text string) tea.Cmd {
	a.filter.Set(text)
	a.applyFilter()
	return a.fill()
}

// Nearer says what esc does before it leads back.
func (a *Screen) Nearer() string {
	if a.filter.Shown() {
		return "clear the filter"
	}
	return ""
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

// closed says why enter has nothing to go to, or returns "".
func (a *Screen) closed() string {
	switch view, id := a.subject(); {
	case id == 0:
		return "it is about nothing that one could go to"
	case a.selected().Kind == storage.ActivityCheck:
		return "" // its report is kept longer than the webhook
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
	a.table.Follow(false) // so that this one is still selected when esc leads back
	if execution := a.selected().Execution; execution != 0 {
		return screen.ShowExecution(execution)
	}
	if it := a.selected(); it.Kind == storage.ActivityCheck {
		return screen.ShowCheck(id, it.At)
	}
	return screen.JumpTo(view, id)
}

func (a *Screen) selected() storage.Activity {
	if i := a.table.Index(); i < len(a.shown) {
		return a.shown[i]
	}
	return storage.Activity{}
}

// subject returns the item that the selected activity is about.
func (a *Screen) subject() (screen.View, storage.ID) {
	switch it := a.selected(); {
	case it.ReceiptID != 0:
		return screen.ViewReceiver, it.ReceiptID
	case it.DeliveryID != 0:
		return screen.ViewDeliveries, it.DeliveryID
	case it.CampaignID != 0:
		return screen.ViewCampaigns, it.CampaignID
	default:
		return screen.ViewWebhooks, it.WebhookID
	}
}

// Webhook returns the webhook that the selected activity is about, at which f fires.
func (a *Screen) Webhook() (storage.ID, bool) {
	id := a.selected().WebhookID
	return id, id != 0
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

// Copies returns the text of the activity.
func (a *Screen) Copies() []screen.CopyItem {
	if it := a.selected(); it.ID != 0 {
		return []screen.CopyItem{{Label: "text", Text: it.Text}}
	}
	return nil
}

// View draws the list, and below it the text of the selected activity if its row cuts it.
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

// lead is the width of the columns before the text.
const lead = 30

func columns() []component.Column {
	return []component.Column{
		{Title: "Time", Width: 12},
		{Title: "What", Width: 11},
		{Title: "", Width: 10, Flex: 1},
	}
}

// Len returns the number of rows; Len, Key and Row are for the table.
func (a *Screen) Len() int { return len(a.shown) }

// Key returns the ID of an activity.
func (a *Screen) Key(i int) string { return a.shown[i].ID.String() }

// Row returns the cells of an activity.
func (a *Screen) Row(i int) []component.Cell {
	it, th := a.shown[i], a.env.Theme
	glyph, ink := kindStyle(th, it.Kind)
	return []component.Cell{
		{Text: a.env.DayOrClock(it.At), Style: th.Dim},
		{Text: glyph + " " + string(it.Kind), Style: ink},
		{Text: it.Text, Style: th.Text},
	}
}

func kindStyle(th *style.Theme, kind storage.ActivityKind) (string, style.Style) {
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
