package sqlite

import (
	"context"
	"database/sql/driver"
	"errors"
	"io"

	"github.com/mattn/go-sqlite3"
)

// A stepper runs the statements that every event, attempt and receipt needs on the driver
// itself: prepared once, and without the conversions and locks of database/sql, which take
// longer than a small insert. A driver's Query binds and runs in one call into SQLite,
// where its Exec makes one for each value.
type stepper struct {
	prepared map[string]*sqlite3.SQLiteStmt
	bound    []driver.NamedValue
}

// step runs a statement to its end and fills row, if given, with the first row that it
// returns; found is false when there is none. Arguments are of the types of driver.Value.
func (t *tx) step(row []driver.Value, statement string, args ...driver.Value) (found bool, err error) {
	err = t.conn.Raw(func(conn any) error {
		found, err = t.stepper.run(conn.(*sqlite3.SQLiteConn), row, statement, args)
		return err
	})
	return found, err
}

func (s *stepper) run(conn *sqlite3.SQLiteConn, row []driver.Value, statement string, args []driver.Value) (found bool, err error) {
	prepared, err := s.prepare(conn, statement)
	if err != nil {
		return false, err
	}
	rows, err := prepared.QueryContext(context.Background(), s.bind(args))
	if err != nil {
		return false, err
	}
	if row != nil {
		found, err = next(rows, row)
	}
	return found, errors.Join(err, rows.Close())
}

// next reads the only row, if there is one.
func next(rows driver.Rows, row []driver.Value) (bool, error) {
	err := rows.Next(row)
	if errors.Is(err, io.EOF) {
		return false, nil
	}
	return err == nil, err
}

func (s *stepper) prepare(conn *sqlite3.SQLiteConn, statement string) (*sqlite3.SQLiteStmt, error) {
	if prepared := s.prepared[statement]; prepared != nil {
		return prepared, nil
	}
	made, err := conn.Prepare(statement)
	if err != nil {
		return nil, err
	}
	if s.prepared == nil {
		s.prepared = map[string]*sqlite3.SQLiteStmt{}
	}
	prepared := made.(*sqlite3.SQLiteStmt)
	s.prepared[statement] = prepared
	return prepared, nil
}

// bind numbers the arguments, in place of those of the last call.
func (s *stepper) bind(args []driver.Value) []driver.NamedValue {
	s.bound = s.bound[:0]
	for i, value := range args {
		s.bound = append(s.bound, driver.NamedValue{Ordinal: i + 1, Value: value})
	}
	return s.bound
}

// close lets go of the statements, which the connection must outlive.
func (s *stepper) close() (err error) {
	for _, prepared := range s.prepared {
		err = errors.Join(err, prepared.Close())
	}
	return err
}
