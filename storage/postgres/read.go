package postgres

import (
	"context"
	"errors"
	"reflect"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"

	"backchannel/storage"
	"backchannel/storage/column"
)

// A source answers queries: the connections for reading, or a transaction.
type source interface {
	Query(ctx context.Context, query string, args ...any) (pgx.Rows, error)
}

// A reader answers queries outside a transaction. It repeats one if a connection was lost: those
// of the pool may be older than the server is.
type reader struct{ *database }

// Query makes a reader a source.
func (r reader) Query(ctx context.Context, query string, args ...any) (pgx.Rows, error) {
	return r.pool.Query(ctx, query, args...)
}

// collect reads all rows of a query. In the query each ? stands for an argument. Results are
// small or have a limit; the callers that read without one do so in pages.
func collect[T any](ctx context.Context, from source, read func(scan) (T, error), query string, args ...any) (all []T, err error) {
	query, args = bind(query, args)
	d, ok := from.(reader)
	if !ok {
		return rowsOf(ctx, from, read, query, args)
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	for pause := firstPause; ; pause *= 2 {
		all, err = rowsOf(ctx, d.pool, read, query, args)
		if !transient(err) || !wait(ctx, pause) {
			return all, d.explain(err)
		}
	}
}

// A scan reads the columns of one row.
type scan func(dest ...any) error

func rowsOf[T any](ctx context.Context, from source, read func(scan) (T, error), query string, args []any) ([]T, error) {
	rows, err := from.Query(ctx, query, args...)
	if err != nil {
		return nil, err
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
	return all, rows.Err()
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

// one reads a row of a single column.
func one[T any](read scan) (value T, err error) {
	err = read(&value)
	return value, err
}

// wait waits for a while and reports whether ctx is still not done.
func wait(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// bind numbers the marks of a query, except ?1 and the like, which have a number, and converts
// its arguments: texts to bytes, which go into columns of text and of bytes alike, and named
// types to what they are made of.
func bind(query string, args []any) (string, []any) {
	bound := make([]any, len(args))
	for i, arg := range args {
		bound[i] = bare(arg)
	}
	if !strings.Contains(query, "?") {
		return query, bound
	}
	var numbered strings.Builder
	numbered.Grow(len(query) + 2*len(args))
	for n := 1; ; n++ {
		before, after, found := strings.Cut(query, "?")
		numbered.WriteString(before)
		if !found {
			return numbered.String(), bound
		}
		numbered.WriteByte('$')
		if after == "" || after[0] < '0' || after[0] > '9' {
			numbered.WriteString(strconv.Itoa(n))
		}
		query = after
	}
}

func bare(arg any) any {
	switch v := arg.(type) {
	case nil, []byte, int64, bool, time.Time, []int64:
		return v
	case string:
		return []byte(v)
	case storage.ID:
		return int64(v)
	case []storage.ID:
		ids := make([]int64, len(v))
		for i, id := range v {
			ids[i] = int64(id)
		}
		return ids
	}
	switch v := reflect.ValueOf(arg); v.Kind() {
	case reflect.String:
		return []byte(v.String())
	case reflect.Int, reflect.Int32, reflect.Int64:
		return v.Int()
	}
	return arg
}

// moment returns a time as stored, or NULL for the zero time. The database counts microseconds,
// as IDs do.
func moment(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t
}

// A timestamp scans a column that was written with moment.
type timestamp = column.Timestamp

// marks returns n marks for SQL.
func marks(n int) string { return strings.TrimSuffix(strings.Repeat("?,", n), ",") }

// anys returns values as arguments of a statement.
func anys[T any](values []T) []any {
	all := make([]any, len(values))
	for i, v := range values {
		all[i] = v
	}
	return all
}

// unlessZero returns an ID as stored, or NULL for none.
func unlessZero(id storage.ID) any {
	if id == 0 {
		return nil
	}
	return int64(id)
}

// atMost returns a limit for SQL, in which NULL means no limit.
func atMost(limit int) any {
	if limit <= 0 {
		return nil
	}
	return int64(limit)
}

// notNil returns an empty slice for nil, which would be stored as NULL.
func notNil(bytes []byte) []byte {
	if bytes == nil {
		return []byte{}
	}
	return bytes
}

// A foreign is the codec of bytea, from which texts are scanned as well.
type foreign struct{ pgtype.ByteaCodec }

// PlanScan implements pgtype.Codec.
func (c foreign) PlanScan(m *pgtype.Map, oid uint32, format int16, target any) pgtype.ScanPlan {
	if _, ok := target.(*string); ok && format == pgtype.BinaryFormatCode {
		return scanText{}
	}
	return c.ByteaCodec.PlanScan(m, oid, format, target)
}

type scanText struct{}

// Scan implements pgtype.ScanPlan.
func (scanText) Scan(src []byte, target any) error {
	if src == nil {
		return errors.New("NULL in place of a text")
	}
	*target.(*string) = string(src)
	return nil
}

// registerTypes makes a new connection scan texts from bytes.
func registerTypes(conn *pgx.Conn) {
	conn.TypeMap().RegisterType(&pgtype.Type{Name: "bytea", OID: pgtype.ByteaOID, Codec: foreign{}})
}
