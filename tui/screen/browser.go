package screen

import (
	"context"
	"slices"

	"backchannel/storage"
	"backchannel/tui/component"
	"backchannel/tui/style"

	tea "github.com/charmbracelet/bubbletea"
)

// A BrowserSpec declares a screen that lists records of type R in the order of time, beside
// the detail of type D of the selected one.
type BrowserSpec[R, D any] struct {
	Columns []component.Column
	ID      func(R) storage.ID
	Row     func(R) []component.Cell
	// Filter names the view and its syntax; Values returns what its keys mean for a row, to be
	// offered while a filter is typed.
	Filter FilterSpec
	Values func(R) map[string]string
	// Choose returns the records that a filter chooses.
	Choose func(storage.Filter) Chosen[R]
	// Total returns how many records there are.
	Total func() int64

	// Read reads a detail. Known returns what to show of a row: its detail, if that was
	// read, or what the row itself says.
	Read  func(context.Context, storage.ID) (D, error)
	Known func(row R, detail D, read bool) D
	// Needs are the keys that act on the detail, so that they wait until it was read.
	Needs []string

	Listed   storage.Change // the changes after which the list is read again
	Detailed storage.Change // the changes after which the detail is read again

	Head  func(detail D, width int) []string
	Tabs  []Tab[D]
	Body  Body[D]
	Share int // the list's share of the width beside one pane, in twentieths
	// Welcome fills the screen as long as there are no records.
	Welcome func(width, height int) string
}

// Chosen is a source of the records that a filter chooses.
type Chosen[R any] struct {
	Page  func(context.Context, Page) ([]R, error)
	Count func(ctx context.Context, before storage.ID) (int64, error) // nil: cannot be matchCount
}

// A Tab is a page of a detail. The tab of the body has no Draw.
type Tab[D any] struct {
	Name string
	Draw func(page *Detail, detail D)
}

// A Body is the tab that shows a payload, in a pane of its own on wide screens.
type Body[D any] struct {
	Tab int
	// Content returns the body. It is called once for each record.
	Content func(D) component.Content
	// Head returns the lines above the body. Until the detail was read they stand alone.
	Head func(detail D, read bool, place BodyPlace) []string
}

// BodyPlace says where a body is drawn.
type BodyPlace struct {
	Width    int
	Apart    bool   // it has a pane of its own, and so needs a title
	Focused  bool   // that pane has the focus
	Position string // how far it is scrolled, if it does not fit
}

// Title draws the title of the pane, with a bar if it has the focus.
func (p BodyPlace) Title(th *style.Theme, text string) string {
	if p.Focused {
		return th.Accent.Render(style.Bar + text)
	}
	return th.Dim.Render(" " + text)
}

// A Browser is a list of records with a filter, and the detail of the selected one. A
// screen embeds it and adds a title, its bindings and what these do.
type Browser[R, D any] struct {
	Panes
	filteredTable
	marks[R]
	selection[R, D]
	env     *Env
	spec    BrowserSpec[R, D]
	list    *Timeline[R]
	matches matches[R]
}

// NewBrowser returns a browser that follows the newest record.
func NewBrowser[R, D any](e *Env, spec BrowserSpec[R, D]) *Browser[R, D] {
	names := make([]string, len(spec.Tabs))
	for i, tab := range spec.Tabs {
		names[i] = tab.Name
	}
	list := newTimeline(e, spec.Columns, timelineSource[R]{rows: rows[R]{id: spec.ID, cells: spec.Row}})
	b := &Browser[R, D]{
		Panes: newPanes(names, spec.Body.Tab, spec.Share), env: e, spec: spec, list: list, marks: marks[R]{list, &list.Table.Marks},
		selection: selection[R, D]{list: list, read: spec.Read, known: spec.Known, query: Query[loaded[D]]{Ctx: e.Context}},
	}
	b.matches = matches[R]{env: e, from: spec.Choose, values: spec.Values, all: spec.Total, filter: &b.filter, list: list, query: Query[matchCount]{Ctx: e.Context}}
	spec.Filter.Known = b.matches.known
	b.filteredTable = filteredTable{table: &list.Table, panes: &b.Panes.Panes, filter: NewFilter(e, spec.Filter), chosen: b.matches.choose, leave: list.Leave}
	b.matches.source()
	return b
}

// List returns the list of records.
func (b *Browser[R, D]) List() *Timeline[R] { return b.list }

// Refresh reads again what a change concerns.
func (b *Browser[R, D]) Refresh(c storage.Change) tea.Cmd {
	var cmds []tea.Cmd
	if c.Has(b.spec.Listed) {
		cmds = append(cmds, b.list.Refresh(), b.matches.count())
	}
	if c.Has(b.spec.Detailed) {
		cmds = append(cmds, b.refresh())
	}
	return tea.Batch(cmds...)
}

// Update takes what was read, and the keys that move or type.
func (b *Browser[R, D]) Update(msg tea.Msg) tea.Cmd {
	if cmd, fresh := b.list.Take(msg); fresh {
		if b.filter.choosesAll() {
			b.dropStale()
		}
		return tea.Batch(cmd, b.follow())
	}
	if cmd, fresh := b.matches.take(msg); fresh {
		return cmd
	}
	if cmd, fresh, another := b.take(msg); fresh {
		if another {
			b.Tabs.Rewind()
			b.ResetBody()
		}
		return cmd
	}
	if key, ok := msg.(tea.KeyMsg); ok {
		return b.key(key)
	}
	return nil
}

func (b *Browser[R, D]) key(msg tea.KeyMsg) tea.Cmd {
	switch {
	case b.filter.Typing:
		return b.typeFilter(msg)
	case b.doc.Search.Typing():
		b.doc.Type(msg)
	case b.bodyFocused():
		b.doc.Key(msg)
	case b.Focused == PaneDetail:
		b.Tabs.Scroll(msg)
	default:
		if cmd, moved := b.list.Press(msg); moved {
			return tea.Batch(cmd, b.follow())
		}
	}
	return nil
}

// Busy reports whether rows are being read, or for the keys that need it, the detail. In the
// body every key needs it.
func (b *Browser[R, D]) Busy(key tea.KeyMsg) bool {
	if b.Typing() {
		return false
	}
	return b.list.Busy() || b.pending() && (b.bodyFocused() || slices.Contains(b.spec.Needs, key.String()))
}

// FollowBinding returns the key that keeps the newest record in view, or no longer does.
func (b *Browser[R, D]) FollowBinding() Binding {
	return FollowBinding(b.list.Table.Following() && !b.list.Paused(), func() tea.Cmd {
		return tea.Batch(b.list.Follow(), b.follow())
	})
}

// PauseBinding returns the key that keeps the list as it is, or goes on. what names the records.
func (b *Browser[R, D]) PauseBinding(what string) Binding {
	key := Binding{Keys: []string{"p"}, Label: "pause", Help: "Pause the view; new " + what + " are counted", Do: b.list.Pause}
	if b.list.Paused() {
		key.Label, key.Help = "go on", "Show what came meanwhile"
	}
	return key
}

// Reveal selects a record, wherever it is in the list.
func (b *Browser[R, D]) Reveal(id storage.ID) tea.Cmd {
	var cmd tea.Cmd
	if b.filter.Clear() {
		cmd = b.matches.choose()
	}
	b.Focused = PaneList
	b.doc.Search.End()
	return tea.Batch(cmd, b.list.Reveal(id), b.follow())
}

// Position returns where the selection is in the list, and whether the list moves.
func (b *Browser[R, D]) Position() string {
	return b.word(!b.filter.choosesAll()) + b.list.Position(b.matches.total())
}
