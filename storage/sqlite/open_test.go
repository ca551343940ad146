package sqlite

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"backchannel/storage"
	"backchannel/storage/storetest"
)

func openFails(t *testing.T, dir string, want error, says ...string) {
	t.Helper()
	s, err := Open(t.Context(), Options{Dir: dir})
	if err == nil {
		s.Close()
		t.Fatal("the store opened, want an error")
	}
	if !errors.Is(err, want) {
		t.Errorf("got %v, want %v", err, want)
	}
	oneLine(t, err)
	for _, text := range append(says, dir) {
		if !strings.Contains(err.Error(), text) {
			t.Errorf("%q does not contain %q", err, text)
		}
	}
}

func closed(t *testing.T, dir string, use func(*Store)) {
	t.Helper()
	s, err := Open(t.Context(), Options{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	use(s)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
}

func TestRecordsOutliveTheStore(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "made ? # % here", "and here")
	var w storage.Webhook
	closed(t, dir, func(s *Store) { w = storetest.AddWebhook(t, s, "acme", storetest.FullWebhook) })
	s := openTest(t, dir)
	got, err := s.Webhook(t.Context(), w.ID)
	if err != nil || got.Auth.JWT.Secret.Reveal() != storetest.TestKey {
		t.Errorf("got %v, %v", got, err)
	}
	if s.Dir() != dir {
		t.Errorf("Dir() = %s, want %s", s.Dir(), dir)
	}
}

func TestFilesAreForTheOwnerOnly(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "data")
	s := openTest(t, dir)
	storetest.AddWebhook(t, s, "acme")
	seen := 0
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, _ error) error {
		info, err := os.Stat(path)
		if err != nil {
			return err
		}
		want := fs.FileMode(0o600)
		if entry.IsDir() {
			want = 0o700
		}
		if info.Mode().Perm() != want {
			t.Errorf("%s has mode %o, want %o", path, info.Mode().Perm(), want)
		}
		seen++
		return nil
	})
	if err != nil || seen < 6 {
		t.Errorf("got %d files, %v; want at least 6", seen, err)
	}
}

func TestDatabaseOfAnotherProgramIsLeftAlone(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	db, err := openPool(writerDSN(filepath.Join(dir, databaseFile), durable), 1)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.Exec(`CREATE TABLE bookmarks (url TEXT)`); err != nil {
		t.Fatal(err)
	}
	db.Close()
	openFails(t, dir, storage.ErrDamaged, "another program")
}

func TestEmptyFileIsANewDatabase(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, databaseFile), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	storetest.AddWebhook(t, openTest(t, dir), "acme")
}

func TestUnusableFolders(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, dir := range []string{file, filepath.Join(file, "below"), "/proc/backchannel"} {
		_, err := Open(t.Context(), Options{Dir: dir})
		if err == nil || !strings.Contains(err.Error(), dir) {
			t.Errorf("%s: got %v", dir, err)
			continue
		}
		oneLine(t, err)
	}
}

func TestManyStoresOpenAtOnce(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			s, err := Open(context.Background(), Options{Dir: dir})
			if err != nil {
				t.Error(err)
				return
			}
			s.Close()
		})
	}
	all.Wait()
}

func TestClosedStoreReturnsErrClosed(t *testing.T) {
	t.Parallel()
	s, err := Open(t.Context(), Options{Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	changes := s.Changes(t.Context())
	for range 2 {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}
	if _, open := <-changes; open {
		t.Error("the channel of changes is still open")
	}
	if _, open := <-s.Changes(t.Context()); open {
		t.Error("Changes of a closed store returns an open channel")
	}
	_, reading := s.Webhooks(t.Context())
	writing := s.AddActivity(t.Context(), storage.Activity{})
	for _, err := range []error{reading, writing} {
		if !errors.Is(err, storage.ErrClosed) {
			t.Errorf("got %v", err)
		}
	}
}
