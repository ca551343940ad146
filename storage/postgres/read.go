package postgres

import (
	"cmp"
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
	"backchannel/storage/records"
)

type scan = records.Scan

// A reader runs queries outside a transaction. It repeats a query if the connection was lost,
// because connections in the pool may be older than the last restart of the server.
type reader struct{ *database }

// Read implements records.Source.
func (r reader) Read(ctx context.Context, rows func(records.Rows) error, query string, args ...any) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	for pause := firstPause; ; pause *= 2 {
		err := queries{r.pool}.Read(ctx, rows, query, args...)
		if !transient(err) || !storage.Sleep(ctx, pause) {
			return r.explain(err)
		}
	}
}

// A querier runs queries: a pgx connection, pool or transaction.
type querier interface {
	Query(ctx context.Context, query string, args ...any) (pgx.Rows, error)
}

// A queries turns a querier into a records.Source, which does not repeat queries.
type queries struct{ querier }

// Read implements records.Source.
func (q queries) Read(ctx context.Context, read func(records.Rows) error, query string, args ...any) error {
	query, args = bind(query, args)
	rows, err := q.Query(ctx, query, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	err = read(rows)
	return cmp.Or(err, rows.Err())
}

// bind replaces the placeholders ? and ?1 of package records by $1, and converts the arguments:
// strings to bytes, which fit columns of text and of bytea alike, and named types to their
// underlying types.
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
	case timestamp:
		return moment(v.Time)
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

// moment returns a time as stored, or NULL for the zero time. The database keeps microseconds, like
// IDs.
func moment(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t
}

// A timestamp scans a column that was written with moment.
type timestamp = column.Timestamp

// unlessZero returns an ID as stored, or NULL for none.
func unlessZero(id storage.ID) any {
	if id == 0 {
		return nil
	}
	return int64(id)
}

// notNil returns an empty slice for nil, which would be stored as NULL.
func notNil(bytes []byte) []byte {
	if bytes == nil {
		return []byte{}
	}
	return bytes
}

// A foreign is the codec of bytea, extended to scan into strings. Texts from outside are stored as
// bytea, because PostgreSQL's text accepts only valid UTF-8 without NUL.
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
