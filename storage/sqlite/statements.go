package sqlite

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"io"

	"github.com/mattn/go-sqlite3"
)

// A statements runs SQL on the writer's connection, in the transaction in progress.
type statements struct {
	conn *sql.Conn
	raw  *rawStatements
}

// Context returns a context that cannot be cancelled, because the driver starts a goroutine for
// each statement with one that can.
func (*statements) Context() context.Context { return context.Background() }

// Exec runs a statement and returns how many rows it changed.
func (s *statements) Exec(statement string, args ...any) (int64, error) {
	result, err := s.conn.ExecContext(s.Context(), statement, args...)
	if err != nil {
		return 0, err
	}
	return result.RowsAffected()
}

// A rawStatements runs the statements that every event, attempt and receipt needs on the
// driver itself: prepared once, and without the conversions and locks of database/sql, which
// take longer than a small insert. Through database/sql a delivery takes 85 µs of processor
// time instead of 76, and a receipt 193 instead of 172 (benches b and h, the least of ten
// runs). Arguments must have one of the types of driver.Value.
type rawStatements struct {
	conn     *sqlite3.SQLiteConn // the writer's, used by nothing else
	prepared map[string]*sqlite3.SQLiteStmt
	bound    []driver.NamedValue
}

func newRawStatements(conn *sql.Conn) (*rawStatements, error) {
	s := &rawStatements{prepared: map[string]*sqlite3.SQLiteStmt{}}
	err := conn.Raw(func(raw any) error {
		s.conn = raw.(*sqlite3.SQLiteConn)
		return nil
	})
	return s, err
}

// exec runs a statement to its end. It queries, because the driver's Query binds all values
// and runs the statement in one call into C, where its Exec makes one for each value.
func (s *rawStatements) exec(statement string, args ...driver.Value) error {
	rows, err := s.start(statement, args)
	if err != nil {
		return err
	}
	return rows.Close()
}

// queryRow copies the first row of a query to row, and reports whether there is one.
func (s *rawStatements) queryRow(row []driver.Value, query string, args ...driver.Value) (found bool, err error) {
	rows, err := s.start(query, args)
	if err != nil {
		return false, err
	}
	found, err = next(rows, row)
	return found, errors.Join(err, rows.Close())
}

// query calls read for each row of a query. read must not retain the row.
func (s *rawStatements) query(read func(row []driver.Value), query string, args ...driver.Value) error {
	rows, err := s.start(query, args)
	if err != nil {
		return err
	}
	row := make([]driver.Value, len(rows.Columns()))
	for {
		found, err := next(rows, row)
		if err != nil || !found {
			return errors.Join(err, rows.Close())
		}
		read(row)
	}
}

func (s *rawStatements) start(statement string, args []driver.Value) (driver.Rows, error) {
	prepared, err := s.prepare(statement)
	if err != nil {
		return nil, err
	}
	s.bound = s.bound[:0]
	for i, value := range args {
		s.bound = append(s.bound, driver.NamedValue{Ordinal: i + 1, Value: value})
	}
	return prepared.QueryContext(context.Background(), s.bound)
}

func (s *rawStatements) prepare(statement string) (*sqlite3.SQLiteStmt, error) {
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

// close closes the statements. SQLite keeps a connection open until that is done.
func (s *rawStatements) close() (err error) {
	for _, prepared := range s.prepared {
		err = errors.Join(err, prepared.Close())
	}
	return err
}

// next reads the next row, if there is one.
func next(rows driver.Rows, row []driver.Value) (bool, error) {
	err := rows.Next(row)
	if errors.Is(err, io.EOF) {
		return false, nil
	}
	return err == nil, err
}

// integer returns the value of a column that is declared as INTEGER.
func integer(column driver.Value) int64 {
	value, _ := column.(int64)
	return value
}

// text returns the value of a column that is declared as TEXT.
func text(column driver.Value) string {
	value, _ := column.(string)
	return value
}
