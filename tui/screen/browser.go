package screen

import (
	"context"
	"slices"

	"backchannel/storage"
	"backchannel/tui/component"
	"backchannel/tui/style"

	tea "github.com/charmbracelet/bubbletea"
)

// A BrowserSpec declares a screen that lists records of type R in chronological order, beside the
// detail of type D of the selected one.
type BrowserSpec[R, D any] struct {
	Columns []component.Column
	ID      func(R) storage.ID
	Row     func(R) []component.Cell
	// Filter names the view and its syntax. Values returns a row's values of the filter's keys, which
	// are suggested while a person types.
	Filter FilterSpec
	Values func(R) map[string]string
	// Choose returns the source of the records that a filter matches.
	Choose func(storage.Filter) Chosen[R]
	// Total returns the number of all records, or a negative number if it is unknown.
	Total func() int64

	// Read reads a detail. Known returns what to show for a row: the detail if it has been read, and
	// otherwise a detail made from the row alone.
	Read  func(context.Context, storage.ID) (D, error)
	Known func(row R, detail D, read bool) D
	// Needs lists the keys that act on the detail. They wait until it has been read.
	Needs []string

	Listed   storage.Change // the changes after which the list is read again
	Detailed storage.Change // the changes after which the detail is read again

	Head  func(detail D, width int) []string
	Tabs  []Tab[D]
	Body  Body[D]
	Share int // the list's share of the width beside one other pane, in twentieths
	// Welcome draws the screen while there are no records.
	Welcome func(width, height int) string
}

// Chosen is the source of the records that a filter matches.
type Chosen[R any] struct {
	Page  func(context.Context, Page) ([]R, error)
	Count func(ctx context.Context, before storage.ID) (int64, error) // counts those before an ID, or all for 0; nil: they cannot be counted
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
	// Head returns the lines above the body. Until the detail has been read, they are all that is
	// drawn.
	Head func(detail D, read bool, place BodyPlace) []string
}

// A BodyPlace describes where a body is drawn.
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

// A Browser is a list of records with a filter, and the detail of the selected one. A screen embeds
// it and adds a title, bindings and their actions.
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
	b.filteredTable = filteredTable{table: &list.Table, panes: &b.Panes.Panes, filter: newFilter(e, spec.Filter), inFocus: b.text, chosen: b.matches.choose, leave: list.leave}
	b.matches.source()
	return b
}

// List returns the list of records.
func (b *Browser[R, D]) List() *Timeline[R] { return b.list }

// Refresh reads again what a change affects.
func (b *Browser[R, D]) Refresh(c storage.Change) tea.Cmd {
	var cmds []tea.Cmd
	if c.Has(b.spec.Listed) {
		cmds = append(cmds, b.list.refresh(), b.matches.count())
	}
	if c.Has(b.spec.Detailed) {
		cmds = append(cmds, b.refresh())
	}
	return tea.Batch(cmds...)
}

// Update handles the results of reads, and keys without a binding.
func (b *Browser[R, D]) Update(msg tea.Msg) tea.Cmd {
	if cmd, fresh := b.list.take(msg); fresh {
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
			b.Tabs.rewind()
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
	case b.filter.typing:
		return b.typeFilter(msg)
	case b.text().typing():
		b.text().Type(msg)
	case b.bodyFocused():
		b.doc.Key(msg)
	case b.Focused == PaneDetail:
		b.Tabs.scroll(msg)
	default:
		if cmd, moved := b.list.press(msg); moved {
			return tea.Batch(cmd, b.follow())
		}
	}
	return nil
}

// Busy reports whether a key must wait: until the rows have been read, and if it acts on the detail,
// until that has been read. In the body every key does.
func (b *Browser[R, D]) Busy(key tea.KeyMsg) bool {
	if b.Typing() {
		return false
	}
	return b.list.Busy() || b.pending() && (b.bodyFocused() || slices.Contains(b.spec.Needs, key.String()))
}

// FollowBinding returns the key that starts or stops keeping the newest record in view.
func (b *Browser[R, D]) FollowBinding() Binding {
	return FollowBinding(b.list.Table.Following() && !b.list.paused(), func() tea.Cmd {
		return tea.Batch(b.list.follow(), b.follow())
	})
}

// PauseBinding returns the key that freezes the list or resumes it. what names the records.
func (b *Browser[R, D]) PauseBinding(what string) Binding {
	key := Binding{Keys: []string{"p"}, Label: "pause", Help: "Pause the view; new " + what + " are counted", Do: b.list.pause}
	if b.list.paused() {
		key.Label, key.Help = "resume", "Resume the view, and show what arrived"
	}
	return key
}

// Reveal selects a record, wherever it is in the list. It removes the filter, which might hide it.
func (b *Browser[R, D]) Reveal(id storage.ID) tea.Cmd {
	var cmd tea.Cmd
	if b.filter.clear() {
		cmd = b.matches.choose()
	}
	b.Focused = paneList
	b.doc.Search.End()
	return tea.Batch(cmd, b.list.Reveal(id), b.follow())
}

// Position returns the position of the selection in the list, and whether the list follows or is
// paused.
func (b *Browser[R, D]) Position() string {
	return b.word(!b.filter.choosesAll()) + b.list.Position(b.matches.total())
}
