// Package sqlitetest has one function, [Open], which opens a store for a test. It does not suit tests
// of durability or of several processes, or tests that open the same data folder twice; they call
// sqlite.Open.
package sqlitetest

import (
	"context"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"backchannel/storage/sqlite"
)

// Open opens an empty store in a folder of its own and closes it when the test ends. It sets o.Dir
// and o.Scratch.
func Open(t testing.TB, o sqlite.Options) *sqlite.Store {
	t.Helper()
	o.Dir, o.Scratch = folder(t), true
	store, err := sqlite.Open(context.Background(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := store.Close(); err != nil {
			t.Errorf("close the store: %v", err)
		}
	})
	return store
}

// blank returns the files of an empty store. It is created once, because the migrations take longer
// than most tests.
//
//nolint:gochecknoglobals // shared by all tests of a package, which only read it
var blank = sync.OnceValues(func() (map[string][]byte, error) {
	dir, err := os.MkdirTemp("", "blank")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	store, err := sqlite.Open(context.Background(), sqlite.Options{Dir: dir, Scratch: true})
	if err != nil {
		return nil, err
	}
	if err := store.Close(); err != nil {
		return nil, err
	}
	return readAll(dir)
})

func readAll(dir string) (map[string][]byte, error) {
	names, err := os.ReadDir(dir)
	files := map[string][]byte{}
	for _, name := range names {
		text, err := os.ReadFile(filepath.Join(dir, name.Name()))
		if err != nil {
			return nil, err
		}
		files[name.Name()] = text
	}
	return files, err
}

// folder creates the data folder of an empty store.
func folder(t testing.TB) string {
	t.Helper()
	files, err := blank()
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(t.TempDir(), "data")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}
