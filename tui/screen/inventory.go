package screen

import (
	"context"
	"fmt"
	"slices"

	"backchannel/storage"
	"backchannel/tui/component"

	tea "github.com/charmbracelet/bubbletea"
)

// An InventorySpec declares a screen that lists all records of type R, which are few enough
// to be read at once, beside the detail of the selected one.
type InventorySpec[R any] struct {
	Title   string // above the list; empty: no line for it
	Columns []component.Column
	ID      func(R) storage.ID
	Row     func(R) []component.Cell
	Filter  FilterSpec
	// Fields returns what the filter compares: it chooses a record if any of them matches.
	Fields func(R) []storage.Fields

	Read   func(context.Context) ([]R, error) // nil: the screen calls Show
	Listed storage.Change                     // the changes after which it is read again
	Gone   string                             // what to say where a record that is to be selected is not among them

	// Detail returns the lines of a record's detail.
	Detail func(row R, width int, focused bool) []string
	// Welcome fills the screen as long as there are no records.
	Welcome func(width, height int) string
}

// An Inventory is a list of all records of a kind with a filter, and the detail of the
// selected one. A screen embeds it and adds a title, its bindings and what these do.
type Inventory[R any] struct {
	env    *Env
	spec   InventorySpec[R]
	query  Query[[]R]
	read   bool // at least once
	err    error
	all    []R
	shown  []R // the records that the filter chooses
	filter Filter
	table  component.Table
	detail component.Viewer
	panes  component.Panes
	drawn  component.Layout // what was drawn last, for the mouse
	reveal storage.ID       // selected as soon as it is read
}

// NewInventory returns an inventory that is still to be read.
func NewInventory[R any](e *Env, spec InventorySpec[R]) *Inventory[R] {
	i := &Inventory[R]{
		env: e, spec: spec, query: Query[[]R]{Ctx: e.Context}, panes: component.Panes{Upper: 5},
		table: component.Table{Columns: spec.Columns, Empty: []string{"Nothing matches the filter.", "esc takes it away."}},
	}
	spec.Filter.Known = i.known
	i.filter = NewFilter(e, spec.Filter)
	return i
}

// inventoryRows is what the table shows.
type inventoryRows[R any] struct {
	rows []R
	spec *InventorySpec[R]
}

func (i inventoryRows[R]) Len() int                   { return len(i.rows) }
func (i inventoryRows[R]) Key(n int) string           { return i.spec.ID(i.rows[n]).String() }
func (i inventoryRows[R]) Row(n int) []component.Cell { return i.spec.Row(i.rows[n]) }

// Refresh reads the inventory again if a change concerns it.
func (i *Inventory[R]) Refresh(c storage.Change) tea.Cmd {
	if i.spec.Read == nil || !c.Has(i.spec.Listed) {
		return nil
	}
	return i.query.Ask(i.spec.Read)
}

// Update takes what was read, and the keys that move or type.
func (i *Inventory[R]) Update(msg tea.Msg) tea.Cmd {
	if a, fresh, cmd := i.query.Take(msg); fresh {
		i.take(a.Value, a.Err)
		return tea.Batch(cmd, i.giveUp())
	}
	if key, ok := msg.(tea.KeyMsg); ok {
		i.key(key)
	}
	return nil
}

// Show replaces the records, or says why they could not be read. It is for a screen whose
// records are part of something else, which it reads itself.
func (i *Inventory[R]) Show(rows []R, err error) { i.take(rows, err) }

func (i *Inventory[R]) take(rows []R, err error) {
	i.err = err
	if err != nil {
		return
	}
	i.read, i.all = true, rows
	i.applyFilter()
	if i.reveal != 0 && i.table.Select(i.reveal.String()) {
		i.reveal = 0
	}
}

// giveUp says that the record to be selected is gone, once a read that began after it was
// asked for has not found it.
func (i *Inventory[R]) giveUp() tea.Cmd {
	if i.reveal == 0 || i.query.Running || i.err != nil {
		return nil
	}
	i.reveal = 0
	return Say(Warn(i.spec.Gone))
}

func (i *Inventory[R]) key(msg tea.KeyMsg) {
	switch {
	case i.filter.Typing:
		if i.filter.Key(msg) {
			i.applyFilter()
		}
		if !i.filter.Typing {
			i.table.Choose() // a person filtered in order to find this row
		}
	case i.panes.Focused == PaneDetail:
		i.detail.Key(msg)
	case i.table.Key(msg):
		i.detail = component.Viewer{}
	}
}

func (i *Inventory[R]) applyFilter() {
	i.shown = slices.DeleteFunc(slices.Clone(i.all), func(r R) bool { return !slices.ContainsFunc(i.spec.Fields(r), i.filter.Terms().Matches) })
	i.filter.Found, i.filter.Total = int64(len(i.shown)), int64(len(i.all))
	i.table.SetSource(inventoryRows[R]{i.shown, &i.spec})
}

// known returns the values of a key that occur.
func (i *Inventory[R]) known(key string) (all []string) {
	for _, row := range i.all {
		for _, fields := range i.spec.Fields(row) {
			all = append(all, fields.Values[key]...)
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// Tried reports whether reading the inventory has succeeded or failed.
func (i *Inventory[R]) Tried() bool { return i.read || i.err != nil }

// Busy reports whether the row that is to be selected is being read.
func (i *Inventory[R]) Busy(tea.KeyMsg) bool {
	return !i.filter.Typing && i.query.Running && (!i.Tried() || i.reveal != 0)
}

// Typing reports whether keys are text for the filter.
func (i *Inventory[R]) Typing() bool { return i.filter.Typing }

// TypingBindings returns the keys of the filter while it is being typed.
func (i *Inventory[R]) TypingBindings() []Binding { return i.filter.Bindings() }

// Back leads from the detail to the list, and then removes the filter.
func (i *Inventory[R]) Back() (tea.Cmd, bool) {
	switch {
	case !i.filter.Typing && i.panes.Focused == PaneDetail:
		i.panes.Focused = PaneList
		return nil, true
	case i.filter.Clear():
		i.applyFilter()
		return nil, true
	}
	return nil, false
}

// Reveal selects a record, as soon as it is read.
func (i *Inventory[R]) Reveal(id storage.ID) tea.Cmd {
	if i.filter.Clear() {
		i.applyFilter()
	}
	i.panes.Focused = PaneList
	if !i.table.Select(id.String()) || i.query.Running { // then the row may be one that is gone
		i.reveal = id
	}
	return nil
}

// All returns the records, including those that the filter hides.
func (i *Inventory[R]) All() []R { return i.all }

// Selected returns the selected record. It returns false if there is none.
func (i *Inventory[R]) Selected() (R, bool) {
	if at := i.table.Index(); at < len(i.shown) {
		return i.shown[at], true
	}
	var none R
	return none, false
}

// OnSelected returns what a key does with the selected record.
func (i *Inventory[R]) OnSelected(do func(R) tea.Cmd) func() tea.Cmd {
	return func() tea.Cmd {
		if row, ok := i.Selected(); ok {
			return do(row)
		}
		return nil
	}
}

// Position returns where the selection is in the list.
func (i *Inventory[R]) Position() string {
	if len(i.all) == 0 {
		return ""
	}
	return fmt.Sprintf("%d of %d", min(i.table.Index()+1, len(i.shown)), len(i.shown))
}

// Select selects a record that is shown, and reports whether there is one with that ID.
func (i *Inventory[R]) Select(id storage.ID) bool {
	i.detail = component.Viewer{}
	return i.table.Select(id.String())
}

// OpenBinding returns the key that moves the focus to the detail.
func (i *Inventory[R]) OpenBinding() Binding {
	return Binding{Keys: []string{"enter"}, Label: "open", Help: "Go to the detail", Do: i.focus(PaneDetail)}
}

// ListBindings returns the keys that filter the list and that move the focus. help says
// what the filter chooses.
func (i *Inventory[R]) ListBindings(help string) []Binding {
	if len(i.all) == 0 {
		return nil
	}
	return []Binding{
		{Keys: []string{"/"}, Label: "filter", Help: help, Do: func() tea.Cmd {
			i.panes.Focused = PaneList
			return i.filter.Open()
		}},
		{Keys: []string{"tab", "shift+tab"}, Help: "Other pane", Do: i.focus(1 - i.panes.Focused)},
	}
}

func (i *Inventory[R]) focus(pane int) func() tea.Cmd {
	return func() tea.Cmd {
		i.panes.Focused = pane
		return nil
	}
}
