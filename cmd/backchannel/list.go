package main

import "backchannel/storage"

// listAll lists all records: as JSON one by one, or as a table, which is complete only when
// the last record is read. It stops when nobody reads stdout any more.
func listAll[T any](s *session, pages storage.Pager[T], rows *table, add func(*table, T) error, empty string) error {
	for record, err := range pages.All() {
		if err != nil {
			return err
		}
		if err := add(rows, record); err != nil {
			return err
		}
		if s.out.closed() {
			return nil
		}
	}
	s.list(rows, empty)
	return nil
}

// noneOf says that a list is empty and what to do about it. If a filter was given, that is the
// reason.
func noneOf(kind, hint string, of storage.Filter) string {
	if len(of.Terms) > 0 {
		return "no " + kind + " match the filter"
	}
	return "no " + kind + "; " + hint
}

// list writes the rows of a table. If there are none it says on stderr what to do.
func (s *printer) list(rows *table, empty string) {
	switch {
	case s.json():
	case len(rows.rows) == 0:
		s.note("%s", empty)
	default:
		rows.write(s.out, s.out.width())
	}
}
