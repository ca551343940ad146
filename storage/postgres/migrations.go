package postgres

import (
	"context"
	"embed"
	"fmt"
	"io/fs"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"

	"backchannel/storage"
	"backchannel/storage/records"
	"backchannel/storage/seal"
)

//go:embed migrations/*.sql
var migrations embed.FS

// migrating is the advisory lock that is held while the schema is migrated and the key stored.
const migrating = 0x6261636b_6368616e // "backchan"

// knownVersion returns the schema version that this program works with: the number of the
// last migration.
func knownVersion() (int64, error) {
	names, err := fs.Glob(migrations, "migrations/*.sql")
	if err != nil {
		return 0, err
	}
	return goose.NumericComponent(names[len(names)-1])
}

// prepare brings the schema up to date and returns the key that secrets are sealed with. The lock
// serializes processes that start at once; it is a session's, and so ends with the connection.
func prepare(ctx context.Context, pool *pgxpool.Pool, o Options, at place) (key []byte, err error) {
	conn, err := pool.Acquire(ctx)
	if err != nil {
		return nil, at.explain(err)
	}
	defer conn.Release()
	if _, err := conn.Exec(ctx, `SELECT pg_advisory_lock($1)`, int64(migrating)); err != nil {
		return nil, at.explain(err)
	}
	defer func() {
		_, _ = conn.Exec(context.WithoutCancel(ctx), `SELECT pg_advisory_unlock($1)`, int64(migrating)) // or the connection is lost, and the lock with it
	}()
	if err := migrate(ctx, conn.Conn(), pool, o); err != nil {
		return nil, at.explain(err)
	}
	return agreeOnKey(ctx, conn.Conn(), o, at)
}

// inspect returns the key of a database whose schema is up to date.
func inspect(ctx context.Context, pool *pgxpool.Pool, o Options, at place) (key []byte, err error) {
	conn, err := pool.Acquire(ctx)
	if err != nil {
		return nil, at.explain(err)
	}
	defer conn.Release()
	known, err := knownVersion()
	if err != nil {
		return nil, err
	}
	found, err := schemaVersion(ctx, conn.Conn())
	if err == nil && found != known {
		err = fmt.Errorf("%w: it has version %d, this backchannel %s knows %d", storage.ErrNewerSchema, found, o.Version, known)
	}
	if err != nil {
		return nil, at.explain(err)
	}
	return seal.ReadFile(o.KeyFile)
}

func migrate(ctx context.Context, conn *pgx.Conn, pool *pgxpool.Pool, o Options) error {
	known, err := knownVersion()
	if err != nil {
		return err
	}
	version, err := schemaVersion(ctx, conn)
	switch {
	case err != nil:
		return err
	case version > known:
		return fmt.Errorf("%w: the database has schema version %d and this program, %s, knows %d; use a newer backchannel, or another database; nothing was changed",
			storage.ErrNewerSchema, version, o.Version, known)
	case version < known:
		if err := up(ctx, pool); err != nil {
			return err
		}
	}
	if o.Jobs != nil {
		return o.Jobs.Migrate(ctx, conn, pool)
	}
	return nil
}

// up brings the schema up to date.
func up(ctx context.Context, pool *pgxpool.Pool) error {
	return withGoose(pool, func(provider *goose.Provider) error {
		_, err := provider.Up(ctx)
		return err
	})
}

// withGoose lends a provider of the migrations. It works with database/sql alone.
func withGoose(pool *pgxpool.Pool, do func(*goose.Provider) error) error {
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return err
	}
	db := stdlib.OpenDBFromPool(pool)
	defer db.Close()
	provider, err := goose.NewProvider(goose.DialectPostgres, db, files, goose.WithDisableGlobalRegistry(true), goose.WithLogger(goose.NopLogger()))
	if err != nil {
		return err
	}
	return records.Wrap(do(provider), "migrate")
}

// schemaVersion reads the schema's version, which is 0 in an empty database. It does not use goose,
// which would create its table in the database of another program, nor the view pg_tables, whose
// other columns would cost each command 5 ms.
func schemaVersion(ctx context.Context, conn *pgx.Conn) (version int64, err error) {
	names, err := records.Collect(ctx, queries{conn}, records.One[string], `
		SELECT relname::text FROM pg_class JOIN pg_namespace n ON n.oid = relnamespace
		WHERE nspname = current_schema() AND relkind IN ('r', 'p') ORDER BY 1 LIMIT 100`)
	if err != nil || len(names) == 0 {
		return 0, err
	}
	if !strings.Contains(" "+strings.Join(names, " ")+" ", " goose_db_version ") {
		return 0, fmt.Errorf("%w: it is the database of another program (it has the table %s); use another one", storage.ErrDamaged, names[0])
	}
	return records.First(ctx, queries{conn}, records.One[int64], `SELECT coalesce(max(version_id), 0) FROM goose_db_version WHERE is_applied`)
}
