package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"backchannel/storage"
	"backchannel/storage/column"
)

// A source answers queries: the pool of readers, or the writer's own connection.
type source interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

// A scan reads the columns of one row.
type scan func(dest ...any) error

// collect reads all rows of a query. Results are small or have a limit; the callers that read
// without one do so in pages.
func collect[T any](ctx context.Context, from source, read func(scan) (T, error), query string, args ...any) ([]T, error) {
	rows, err := from.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, readError(err)
	}
	defer rows.Close()
	var all []T
	for rows.Next() {
		one, err := read(rows.Scan)
		if err != nil {
			return nil, err
		}
		all = append(all, one)
	}
	return all, readError(rows.Err())
}

// first reads the first row of a query. It returns storage.ErrNotFound if there is none.
func first[T any](ctx context.Context, from source, read func(scan) (T, error), query string, args ...any) (T, error) {
	all, err := collect(ctx, from, read, query, args...)
	if err == nil && len(all) == 0 {
		err = storage.ErrNotFound
	}
	if err != nil {
		var none T
		return none, err
	}
	return all[0], nil
}

// readError recognizes a closed store by the error's text, because database/sql does not
// export that error.
func readError(err error) error {
	if errors.Is(err, sql.ErrConnDone) || err != nil && err.Error() == "sql: database is closed" {
		return storage.ErrClosed
	}
	return classify(err)
}

// one reads a row of a single column.
func one[T any](read scan) (value T, err error) {
	err = read(&value)
	return value, err
}

// micros returns a time as stored: microseconds since 1970, or NULL for the zero time.
func micros(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t.UnixMicro()
}

// A timestamp scans a column that was written with micros.
type timestamp = column.Timestamp
