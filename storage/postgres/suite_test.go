package postgres

import (
	"context"
	"path/filepath"
	"testing"

	"backchannel/storage/postgres/pgtest"
	"backchannel/storage/storetest"
)

// template is a database with the schema, and templateKey its key. Each test gets a copy.
//
//nolint:gochecknoglobals // filled once for all tests
var (
	templateKey = filepath.Join(keyFolder(), "secret.key")
	template    = &pgtest.Template{Fill: func(url string) error {
		store, err := Open(context.Background(), Options{URL: url, KeyFile: templateKey})
		if err != nil {
			return err
		}
		return store.Close()
	}}
)

func TestConformance(t *testing.T) {
	t.Parallel()
	storetest.RunAll(t, func(t *testing.T) func(storetest.Options) *Store {
		url := pgtest.Copy(t, template)
		return func(o storetest.Options) *Store {
			return open(t, Options{URL: url, KeyFile: templateKey, Now: o.Now, By: o.By})
		}
	})
}

func open(t *testing.T, o Options) *Store {
	t.Helper()
	store, err := Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	})
	return store
}
