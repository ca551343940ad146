package screen

import (
	"context"

	"backchannel/storage"

	tea "github.com/charmbracelet/bubbletea"
)

// A selection reads the detail of the record that is selected in a list.
type selection[R, D any] struct {
	list   *Timeline[R]
	read   func(context.Context, storage.ID) (D, error)
	known  func(row R, detail D, read bool) D // see BrowserSpec.Known
	query  Query[loaded[D]]
	wanted storage.ID // 0: no record is selected
	loaded loaded[D]
}

// loaded is a detail together with the ID of its record, because the selection may have moved before
// it arrives.
type loaded[D any] struct {
	id     storage.ID
	detail D
}

// follow reads the detail of the selected record, unless it has been read or is being read.
func (s *selection[R, D]) follow() tea.Cmd {
	id := s.list.SelectedID()
	if id == s.wanted {
		return nil
	}
	s.wanted = id
	if id == 0 {
		s.loaded = loaded[D]{}
		return nil
	}
	return s.query.Restart(s.reader())
}

// refresh reads the detail of the selected record again.
func (s *selection[R, D]) refresh() tea.Cmd {
	if s.wanted == 0 {
		return nil
	}
	return s.query.Ask(s.reader())
}

func (s *selection[R, D]) reader() func(context.Context) (loaded[D], error) {
	read, id := s.read, s.wanted
	return func(ctx context.Context) (loaded[D], error) {
		detail, err := read(ctx, id)
		return loaded[D]{id, detail}, err
	}
}

// take stores the answer to the latest read. It reports whether msg was that answer, and whether it
// is of another record than the one before.
func (s *selection[R, D]) take(msg tea.Msg) (cmd tea.Cmd, fresh, another bool) {
	a, fresh, cmd := s.query.Take(msg)
	switch {
	case !fresh:
		return cmd, false, false
	case a.Err != nil:
		return tea.Batch(cmd, SayReadError(a.Err)), true, false
	}
	another = a.Value.id != s.loaded.id
	s.loaded = a.Value
	return cmd, true, another
}

// Current returns what is known about the selected record. read reports whether its detail has been
// read, and ok whether a record is selected.
func (s *selection[R, D]) Current() (detail D, read, ok bool) {
	row, ok := s.list.Selected()
	if !ok {
		return detail, false, false
	}
	if read = s.loaded.id == s.list.SelectedID(); read {
		detail = s.loaded.detail
	}
	return s.known(row, detail, read), read, true
}

// pending reports whether the selected record is being read for the first time.
func (s *selection[R, D]) pending() bool {
	return s.query.Running && s.wanted != 0 && s.loaded.id != s.wanted
}

// OnSelected returns the action of a key that acts on the selected record.
func (s *selection[R, D]) OnSelected(do func(R) tea.Cmd) func() tea.Cmd {
	return onSelected(s.list.Selected, do)
}
