package river_test

import (
	"reflect"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/rivermigrate"

	"backchannel/storage/postgres"
	"backchannel/storage/postgres/pgtest"
)

// Opening a database migrates River's tables to the current version and drops indexes that are not used.
func TestOpenMigratesRiversTables(t *testing.T) {
	t.Parallel()
	for name, spoil := range map[string]func(t *testing.T, url string){
		"nothing":          func(*testing.T, string) {},
		"an unused index":  func(t *testing.T, url string) { pgtest.Run(t, url, `CREATE INDEX river_job_kind ON river_job (kind)`) },
		"an older version": func(t *testing.T, url string) { migrateDown(t, url, nil) },
		"versions without a line": func(t *testing.T, url string) {
			migrateDown(t, url, &rivermigrate.MigrateOpts{TargetVersion: 4})
		},
		"no tables": func(t *testing.T, url string) { migrateDown(t, url, &rivermigrate.MigrateOpts{TargetVersion: -1}) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := &world{T: t, url: pgtest.Copy(t, template)}
			want := tables(t, w.url)
			spoil(t, w.url)
			w.open()
			if got := tables(t, w.url); !reflect.DeepEqual(got, want) {
				t.Errorf("got\n%q, want\n%q", got, want)
			}
		})
	}
}

// The tables of a newer River are not touched.
func TestOpenRejectsTablesOfANewerRiver(t *testing.T) {
	t.Parallel()
	url := pgtest.Copy(t, template)
	pgtest.Run(t, url, `INSERT INTO river_migration (line, version) VALUES ('main', 1000)`)
	if store, err := postgres.Open(t.Context(), options(url)); err == nil || !strings.Contains(err.Error(), "migration 1000") {
		t.Errorf("Open returned %v, %v", store, err)
	}
}

func migrateDown(t *testing.T, url string, how *rivermigrate.MigrateOpts) {
	t.Helper()
	pool, err := pgxpool.New(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer pool.Close()
	migrator, err := rivermigrate.New(riverpgxv5.New(pool), nil)
	if err == nil {
		_, err = migrator.Migrate(t.Context(), rivermigrate.DirectionDown, how)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// tables returns the versions of River's tables, and their indexes.
func tables(t *testing.T, url string) (found []string) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	rows, err := conn.Query(t.Context(), `
		SELECT line || ' ' || version FROM river_migration
		UNION ALL SELECT indexname FROM pg_indexes WHERE tablename LIKE 'river%' ORDER BY 1`)
	if err == nil {
		found, err = pgx.CollectRows(rows, pgx.RowTo[string])
	}
	if err != nil {
		t.Fatal(err)
	}
	return found
}
