package screen

import (
	"context"

	"backchannel/storage"
	"backchannel/tui/component"

	tea "github.com/charmbracelet/bubbletea"
)

// An InventorySpec declares a screen that lists all records of type R, which must be few enough to
// be read at once, beside the detail of the selected one.
type InventorySpec[R any] struct {
	Title   string // above the list; empty: no line for it
	Columns []component.Column
	ID      func(R) storage.ID
	Row     func(R) []component.Cell
	Filter  FilterSpec
	// Fields returns what the filter compares. A record matches if any of them does.
	Fields func(R) []storage.Fields

	Tail bool // new records come last, and the selection follows them
	// Moved is called when another record may have been selected or another filter set; may be nil.
	Moved func() tea.Cmd

	Read   func(context.Context) ([]R, error) // nil: the screen calls Show
	Listed storage.Change                     // the changes after which it is read again
	Gone   string                             // the toast if a record to be selected does not exist

	// Detail returns the lines of a record's detail; nil: there is no detail.
	Detail func(row R, width int, focused bool) []string
	// Welcome draws the screen while there are no records.
	Welcome func(width, height int) string
}

// An Inventory is a list of all records of a kind with a filter, and the detail of the selected one.
// A screen embeds it and adds a title, bindings and their actions.
type Inventory[R any] struct {
	filteredTable
	records[R]
	env    *Env
	spec   InventorySpec[R]
	query  Query[[]R]
	read   bool // at least once
	err    error
	table  component.Table
	detail component.Viewer
	panes  component.Panes
	drawn  component.Layout // what was drawn last, for the mouse
	reveal storage.ID       // to be selected as soon as it has been read; 0: none
}

// NewInventory returns an inventory that has not been read yet.
func NewInventory[R any](e *Env, spec InventorySpec[R]) *Inventory[R] {
	i := &Inventory[R]{
		env: e, spec: spec, query: Query[[]R]{Ctx: e.Context}, panes: component.Panes{Upper: 5},
		table: component.Table{Columns: component.NewColumns(spec.Columns...), Tail: spec.Tail},
	}
	i.table.Follow(spec.Tail)
	i.records = records[R]{shown: rows[R]{id: spec.ID, cells: spec.Row}, fields: spec.Fields, by: &i.filter, table: &i.table}
	if spec.Filter.Known == nil {
		spec.Filter.Known = i.known
	}
	i.filteredTable = filteredTable{table: &i.table, panes: &i.panes, filter: newFilter(e, spec.Filter), inFocus: i.text, chosen: i.refilter, leave: func() {}}
	if spec.Moved == nil {
		i.spec.Moved = func() tea.Cmd { return nil }
	}
	return i
}

// Refresh reads the inventory again if a change affects it.
func (i *Inventory[R]) Refresh(c storage.Change) tea.Cmd {
	if i.spec.Read == nil || !c.Has(i.spec.Listed) {
		return nil
	}
	return i.query.Ask(i.spec.Read)
}

// Update handles the results of reads, and keys without a binding.
func (i *Inventory[R]) Update(msg tea.Msg) tea.Cmd {
	if a, fresh, cmd := i.query.Take(msg); fresh {
		i.Show(a.Value, a.Err)
		return tea.Batch(cmd, i.giveUp(), i.spec.Moved())
	}
	if key, ok := msg.(tea.KeyMsg); ok {
		return i.key(key)
	}
	return nil
}

// Show replaces the records, or shows why they could not be read. It is for a screen that reads its
// records itself, because they are part of something else.
func (i *Inventory[R]) Show(rows []R, err error) {
	i.err = err
	if err != nil {
		return
	}
	i.read, i.all = true, rows
	i.choose()
	if i.reveal != 0 && i.table.Select(i.reveal.String()) {
		i.reveal = 0
	}
}

// giveUp reports that the record to be selected does not exist, once a read that began after the
// request has not found it.
func (i *Inventory[R]) giveUp() tea.Cmd {
	if i.reveal == 0 || i.query.Running || i.err != nil {
		return nil
	}
	i.reveal = 0
	return Say(Warn(i.spec.Gone))
}

func (i *Inventory[R]) key(msg tea.KeyMsg) tea.Cmd {
	switch {
	case i.text().typing():
		i.detail.Type(msg)
	case i.filter.typing:
		cmd := i.typeFilter(msg)
		if !i.filter.typing {
			i.table.Choose() // the row that a person has looked for is selected on purpose
		}
		return cmd
	case i.panes.Focused == PaneDetail:
		i.detail.Key(msg)
	case i.table.Key(msg):
		i.detail = component.Viewer{}
	}
	return i.spec.Moved()
}

// refilter lists the records that match another filter.
func (i *Inventory[R]) refilter() tea.Cmd {
	i.choose()
	return i.spec.Moved()
}

// Tried reports whether the inventory has been read, even without success.
func (i *Inventory[R]) Tried() bool { return i.read || i.err != nil }

// Busy reports whether keys must wait, because the row on which they act is still being read.
func (i *Inventory[R]) Busy(tea.KeyMsg) bool {
	return !i.Typing() && i.query.Running && (!i.Tried() || i.reveal != 0)
}

// Back ends the search in the detail, moves the focus to the list, or if it is there, removes the
// filter.
func (i *Inventory[R]) Back() (tea.Cmd, bool) {
	switch {
	case i.text().end():
		return nil, true
	case i.backToList():
		return nil, true
	case i.filter.clear():
		return i.refilter(), true
	}
	return nil, false
}

// Reveal selects a record as soon as it has been read. It removes the filter, which might hide it.
func (i *Inventory[R]) Reveal(id storage.ID) tea.Cmd {
	if i.filter.clear() {
		i.choose()
	}
	i.panes.Focused = paneList
	if !i.table.Select(id.String()) || i.query.Running { // a row that is being read again may be gone
		i.reveal = id
	}
	return i.spec.Moved()
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

// ListBindings returns the keys that filter the list, or search in the detail if that has the focus, and
// that move the focus. help says what the filter chooses.
func (i *Inventory[R]) ListBindings(help string) []Binding {
	filter := i.FilterBinding(help)
	switch {
	case len(i.all) == 0:
		return nil
	case i.spec.Detail == nil:
		return []Binding{filter}
	default:
		return []Binding{filter, {Keys: []string{"tab", "shift+tab"}, Help: "Switch panes", Do: i.focus(1 - i.panes.Focused)}}
	}
}

func (i *Inventory[R]) focus(pane int) func() tea.Cmd {
	return func() tea.Cmd {
		i.panes.Focused = pane
		return nil
	}
}
