package screen

import (
	"context"

	"backchannel/storage"

	tea "github.com/charmbracelet/bubbletea"
)

// A Selection reads the detail of the record that is selected in a list.
type Selection[D any] struct {
	read   func(context.Context, storage.ID) (D, error)
	query  Query[loaded[D]]
	wanted storage.ID // 0: no record is selected
	loaded loaded[D]
}

// loaded is a detail together with the ID of its record, because the selection may have
// moved on when it arrives.
type loaded[D any] struct {
	id     storage.ID
	detail D
}

// Select reads the detail of a record unless it is the selected one already.
func (s *Selection[D]) Select(id storage.ID) tea.Cmd {
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

// Refresh reads the detail of the selected record again.
func (s *Selection[D]) Refresh() tea.Cmd {
	if s.wanted == 0 {
		return nil
	}
	return s.query.Ask(s.reader())
}

func (s *Selection[D]) reader() func(context.Context) (loaded[D], error) {
	read, id := s.read, s.wanted
	return func(ctx context.Context) (loaded[D], error) {
		detail, err := read(ctx, id)
		return loaded[D]{id, detail}, err
	}
}

// Take stores the answer to the latest read. It reports whether msg was that answer, and
// whether it shows another record than before.
func (s *Selection[D]) Take(msg tea.Msg) (cmd tea.Cmd, fresh, another bool) {
	a, fresh, cmd := s.query.Take(msg)
	switch {
	case !fresh:
		return cmd, false, false
	case a.Err != nil:
		return tea.Batch(cmd, ReadTrouble(a.Err)), true, false
	}
	another = a.Value.id != s.loaded.id
	s.loaded = a.Value
	return cmd, true, another
}

// Detail returns the detail of a record, if it has been read.
func (s *Selection[D]) Detail(id storage.ID) (D, bool) {
	if id == 0 || s.loaded.id != id {
		var none D
		return none, false
	}
	return s.loaded.detail, true
}

// Pending reports whether the selected record is being read for the first time.
func (s *Selection[D]) Pending() bool {
	return s.query.Running && s.wanted != 0 && s.loaded.id != s.wanted
}
