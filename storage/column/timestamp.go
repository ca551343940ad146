package column

import (
	"database/sql/driver"
	"time"
)

// A Timestamp is a column that has a time: microseconds since 1970 in SQLite, which has no type
// for times, timestamptz in PostgreSQL. NULL is the zero time.
type Timestamp struct{ time.Time }

// At returns a time as an argument of a statement.
func At(t time.Time) Timestamp { return Timestamp{t} }

// Value implements driver.Valuer for SQLite.
func (t Timestamp) Value() (driver.Value, error) {
	if t.IsZero() {
		return nil, nil
	}
	return t.UnixMicro(), nil
}

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
