package sqlite

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"io"

	"github.com/mattn/go-sqlite3"
)

// A stepper runs the statements that every event, attempt and receipt needs on the driver
// itself: prepared once, and without the conversions and locks of database/sql, which take
// longer than a small insert. A driver's Query binds and runs in one call into SQLite,
// where its Exec makes one for each value. Through database/sql a delivery takes 156 µs of
// processor time in place of 141 (bench b).
type stepper struct {
	conn     *sqlite3.SQLiteConn // the writer's own, which nobody else uses
	prepared map[string]*sqlite3.SQLiteStmt
	bound    []driver.NamedValue
}

func newStepper(conn *sql.Conn) (s stepper, err error) {
	s.prepared = map[string]*sqlite3.SQLiteStmt{}
	err = conn.Raw(func(raw any) error {
		s.conn = raw.(*sqlite3.SQLiteConn)
		return nil
	})
	return s, err
}

// step runs a statement to its end and copies the first row that it returns to row, unless
// row is nil. found reports whether there was a row. Arguments must have one of the types of
// driver.Value.
func (t *tx) step(row []driver.Value, statement string, args ...driver.Value) (found bool, err error) {
	rows, err := t.stepper.query(statement, args)
	if err != nil {
		return false, err
	}
	if row != nil {
		found, err = next(rows, row)
	}
	return found, errors.Join(err, rows.Close())
}

// stepThrough runs a statement and calls read for each row. read must not retain the row.
func (t *tx) stepThrough(read func(row []driver.Value), statement string, args ...driver.Value) error {
	rows, err := t.stepper.query(statement, args)
	if err != nil {
		return err
	}
	return through(rows, read)
}

// through reads all rows, and closes them.
func through(rows driver.Rows, read func(row []driver.Value)) error {
	row := make([]driver.Value, len(rows.Columns()))
	for {
		found, err := next(rows, row)
		if err != nil || !found {
			return errors.Join(err, rows.Close())
		}
		read(row)
	}
}

// next reads the next row, if there is one.
func next(rows driver.Rows, row []driver.Value) (bool, error) {
	err := rows.Next(row)
	if errors.Is(err, io.EOF) {
		return false, nil
	}
	return err == nil, err
}

func (s *stepper) query(statement string, args []driver.Value) (driver.Rows, error) {
	prepared, err := s.prepare(statement)
	if err != nil {
		return nil, err
	}
	s.bound = numbered(s.bound[:0], args)
	return prepared.QueryContext(context.Background(), s.bound)
}

func (s *stepper) prepare(statement string) (*sqlite3.SQLiteStmt, error) {
	if prepared := s.prepared[statement]; prepared != nil {
		return prepared, nil
	}
	made, err := s.conn.Prepare(statement)
	if err != nil {
		return nil, err
	}
	prepared := made.(*sqlite3.SQLiteStmt)
	s.prepared[statement] = prepared
	return prepared, nil
}

// numbered returns the arguments with their ordinals, using the given slice.
func numbered(room []driver.NamedValue, args []driver.Value) []driver.NamedValue {
	for i, value := range args {
		room = append(room, driver.NamedValue{Ordinal: i + 1, Value: value})
	}
	return room
}

// collectRaw reads all rows of a query as collect does, past the conversions of
// database/sql. It does not stop half-way when ctx ends.
func collectRaw[T any](ctx context.Context, from *sql.DB, read func([]driver.Value) T, query string, args ...driver.Value) (all []T, err error) {
	conn, err := from.Conn(ctx)
	if err != nil {
		return nil, readError(err)
	}
	defer conn.Close()
	err = conn.Raw(func(raw any) error {
		rows, err := raw.(*sqlite3.SQLiteConn).QueryContext(context.Background(), query, numbered(nil, args))
		if err != nil {
			return err
		}
		return through(rows, func(row []driver.Value) { all = append(all, read(row)) })
	})
	return all, readError(err)
}

// integer and text read a column that is declared as such.
func integer(column driver.Value) int64 {
	value, _ := column.(int64)
	return value
}

func text(column driver.Value) string {
	value, _ := column.(string)
	return value
}

// close closes the statements. It must be called before the connection is closed.
func (s *stepper) close() (err error) {
	for _, prepared := range s.prepared {
		err = errors.Join(err, prepared.Close())
	}
	return err
}
