package column

import "time"

// A Timestamp scans a column that has a time: microseconds since 1970 in SQLite, which has no
// type for times, timestamptz in PostgreSQL. NULL is the zero time.
type Timestamp struct{ time.Time }

// Scan implements sql.Scanner, which pgx knows as well.
func (t *Timestamp) Scan(value any) error {
	t.Time = time.Time{}
	switch at := value.(type) {
	case int64:
		t.Time = time.UnixMicro(at).UTC()
	case time.Time:
		t.Time = at.UTC()
	}
	return nil
}
