package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"backchannel/storage"
	"backchannel/storage/records"
)

type scan = records.Scan

// collect reads all rows of a query on a reader's or the writer's connection.
func collect[T any](ctx context.Context, from source, read func(scan) (T, error), query string, args ...any) ([]T, error) {
	return records.Collect(ctx, queries{from}, read, query, args...)
}

// first reads the first row of a query. It returns storage.ErrNotFound if there is none.
func first[T any](ctx context.Context, from source, read func(scan) (T, error), query string, args ...any) (T, error) {
	return records.First(ctx, queries{from}, read, query, args...)
}

// readError recognizes a closed store by the error's text, because database/sql does not
// export that error.
func readError(err error) error {
	if errors.Is(err, sql.ErrConnDone) || err != nil && err.Error() == "sql: database is closed" {
		return storage.ErrClosed
	}
	return classify(err)
}

// micros returns a time as stored: microseconds since 1970, or NULL for the zero time.
func micros(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t.UnixMicro()
}
