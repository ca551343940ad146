package sqlite

import (
	"context"
	"database/sql"
	"embed"
	"fmt"
	"io/fs"

	"github.com/pressly/goose/v3"

	"backchannel/storage"
)

//go:embed migrations/*.sql
var migrations embed.FS

// knownVersion returns the schema version that this program works with: the number of the
// last migration.
func knownVersion() (int64, error) {
	names, err := fs.Glob(migrations, "migrations/*.sql")
	if err != nil {
		return 0, err
	}
	return goose.NumericComponent(names[len(names)-1])
}

// migrate brings the schema up to date. The caller holds the opening lock, because goose does
// not keep two processes from migrating at once, and has checked that the schema is not newer,
// which goose does not report.
func migrate(ctx context.Context, db *sql.DB) error {
	provider, err := migrator(db)
	if err != nil {
		return err
	}
	if _, err := provider.Up(ctx); err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	return nil
}

// migrator returns a goose provider of its own, without goose's global registry and output.
func migrator(db *sql.DB) (*goose.Provider, error) {
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return nil, err
	}
	return goose.NewProvider(goose.DialectSQLite3, db, files, goose.WithDisableGlobalRegistry(true), goose.WithLogger(goose.NopLogger()))
}

// schemaVersion reads the schema's version. It returns 0 for an empty database. It does not ask
// goose, which would create its table in a database that is opened for reading.
func schemaVersion(ctx context.Context, db *sql.DB) (version int64, err error) {
	var tables, ours int64
	const count = `SELECT count(*), count(*) FILTER (WHERE name = 'goose_db_version') FROM sqlite_schema WHERE name NOT LIKE 'sqlite!_%' ESCAPE '!'`
	if err := db.QueryRowContext(ctx, count).Scan(&tables, &ours); err != nil {
		return 0, fmt.Errorf("read the schema: %w", err)
	}
	switch {
	case tables == 0:
		return 0, nil
	case ours == 0:
		return 0, fmt.Errorf("%w: it is the database of another program; use another data folder", storage.ErrDamaged)
	}
	err = db.QueryRowContext(ctx, `SELECT coalesce(max(version_id), 0) FROM goose_db_version WHERE is_applied`).Scan(&version)
	if err != nil {
		return 0, fmt.Errorf("read the schema's version: %w", err)
	}
	return version, nil
}
