package sqlite

import (
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"backchannel/storage/storetest"
)

// blank returns the files of an empty store. It is created once, because the migrations take longer
// than most tests.
var blank = sync.OnceValues(func() (fs.FS, error) {
	dir, err := os.MkdirTemp("", "blank")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	s, err := Open(context.Background(), Options{Dir: dir})
	if err != nil {
		return nil, err
	}
	if err := s.Close(); err != nil {
		return nil, err
	}
	names, err := os.ReadDir(dir)
	files := fstest.MapFS{}
	for _, name := range names {
		text, err := os.ReadFile(filepath.Join(dir, name.Name()))
		if err != nil {
			return nil, err
		}
		files[name.Name()] = &fstest.MapFile{Data: text, Mode: 0o600}
	}
	return files, err
})

// blankFolder creates the data folder of an empty store.
func blankFolder(t testing.TB) string {
	t.Helper()
	files, err := blank()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := os.CopyFS(dir, files); err != nil {
		t.Fatal(err)
	}
	for _, path := range append(storetest.Must(filepath.Glob(filepath.Join(dir, "*"))), dir) { // CopyFS gives others access
		if err := os.Chmod(path, storetest.Must(os.Stat(path)).Mode().Perm()&^0o077); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// openTest opens a store in dirs[0] or, without dirs, in a new folder.
func openTest(t testing.TB, dirs ...string) *Store {
	t.Helper()
	if len(dirs) == 0 {
		dirs = []string{blankFolder(t)}
	}
	return openWith(t, Options{Dir: dirs[0]})
}

// openWith opens a store and closes it when the test ends.
func openWith(t testing.TB, o Options) *Store {
	t.Helper()
	s, err := Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	return s
}

// until waits until ok returns true.
func until(t testing.TB, what string, ok func() bool) {
	t.Helper()
	storetest.Eventually(t, 20*time.Second, ok, func() string { return "timed out while waiting for " + what })
}

// tamper runs a statement that bypasses the store's methods.
func tamper(t testing.TB, s *Store, statement string, args ...any) {
	t.Helper()
	err := s.write(context.Background(), 0, func(tx *tx) error {
		_, err := tx.Exec(statement, args...)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func readFile(t testing.TB, path string) []byte {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return content
}

func oneLine(t testing.TB, err error) {
	t.Helper()
	if strings.Contains(err.Error(), "\n") {
		t.Errorf("more than one line: %q", err)
	}
}

// checkStore checks that the store is consistent.
func checkStore(t *testing.T, s *Store) {
	t.Helper()
	if found, err := s.Check(t.Context()); err != nil || found != nil {
		t.Errorf("Check: got %q, %v", found, err)
	}
}
