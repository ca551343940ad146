package sqlite

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"backchannel/storage"
)

func openFails(t *testing.T, dir string, want error, says ...string) {
	t.Helper()
	s, err := Open(t.Context(), Options{Dir: dir})
	if err == nil {
		s.Close()
		t.Fatal("it opened")
	}
	if !errors.Is(err, want) {
		t.Errorf("got %v, want %v", err, want)
	}
	oneLine(t, err)
	for _, text := range append(says, dir) {
		if !strings.Contains(err.Error(), text) {
			t.Errorf("%q does not say %q", err, text)
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
	dir := filepath.Join(t.TempDir(), "made ? # % here", "and here")
	var w storage.Webhook
	closed(t, dir, func(s *Store) { w = addWebhook(t, s, "acme", fullWebhook) })
	s := openTest(t, dir)
	got, err := s.Webhook(t.Context(), w.ID)
	if err != nil || got.Auth.JWT.Secret.Reveal() != testKey {
		t.Errorf("%v %v", got, err)
	}
	if s.Dir() != dir {
		t.Errorf("folder %s", s.Dir())
	}
}

func TestFilesAreForTheOwnerAlone(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	s := openTest(t, dir)
	addWebhook(t, s, "acme")
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
			t.Errorf("%s has mode %o", path, info.Mode().Perm())
		}
		seen++
		return nil
	})
	if err != nil || seen < 6 {
		t.Errorf("%d files, %v", seen, err)
	}
}

func TestNewerSchemaIsLeftAlone(t *testing.T) {
	dir := t.TempDir()
	closed(t, dir, func(s *Store) {
		tamper(t, s, `INSERT INTO goose_db_version (version_id, is_applied) VALUES (999, 1)`)
	})
	path := filepath.Join(dir, databaseFile)
	before := readFile(t, path)
	openFails(t, dir, storage.ErrNewerSchema, path, "999", "newer backchannel")
	if !bytes.Equal(before, readFile(t, path)) {
		t.Error("the file was changed")
	}
}

func TestWreckedFilesAreLeftAlone(t *testing.T) {
	dir := t.TempDir()
	closed(t, dir, func(s *Store) { addWebhook(t, s, "acme") })
	sound := readFile(t, filepath.Join(dir, databaseFile))
	scrambled := bytes.Clone(sound)
	for i := 100; i < 3000; i++ {
		scrambled[i] ^= 0x5a
	}
	for _, c := range []struct {
		name    string
		content []byte
	}{
		{"another format", []byte(strings.Repeat("this is text\n", 100))},
		{"a few bytes", []byte("SQL")},
		{"no magic", append([]byte("SQLite format 4\x00"), sound[16:]...)},
		{"cut off", sound[:len(sound)/2]},
		{"cut off in the header", sound[:60]},
		{"scrambled", scrambled},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			path := filepath.Join(dir, databaseFile)
			if err := os.WriteFile(path, c.content, 0o600); err != nil {
				t.Fatal(err)
			}
			openFails(t, dir, storage.ErrDamaged, path)
			if !bytes.Equal(c.content, readFile(t, path)) {
				t.Error("the file was changed")
			}
		})
	}
}

func TestDatabaseOfAnotherProgramIsLeftAlone(t *testing.T) {
	dir := t.TempDir()
	db, err := openPool(writerDSN(filepath.Join(dir, databaseFile)), 1)
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
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, databaseFile), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	addWebhook(t, openTest(t, dir), "acme")
}

func TestUnusableFolders(t *testing.T) {
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

func TestKeyOfTheDatabaseIsNeeded(t *testing.T) {
	dir := t.TempDir()
	closed(t, dir, func(s *Store) { addWebhook(t, s, "acme", withJWT) })
	path := filepath.Join(dir, keyFile)
	key := readFile(t, path)
	for _, c := range []struct {
		name    string
		content []byte
		says    string
	}{
		{"short", key[:20], "20 bytes"},
		{"empty", []byte{}, "0 bytes"},
		{"another", bytes.Repeat([]byte("k"), keySize), "is not the key"},
		{"lost", nil, "is gone"},
	} {
		if err := os.WriteFile(path, c.content, 0o600); err != nil {
			t.Fatal(err)
		}
		if c.content == nil {
			os.Remove(path)
		}
		openFails(t, dir, storage.ErrDamaged, keyFile, c.says)
		if _, err := os.Stat(path); c.content == nil && err == nil {
			t.Error("a new key was made for old secrets")
		}
	}
	if err := os.WriteFile(path, key, 0o600); err != nil {
		t.Fatal(err)
	}
	openTest(t, dir)
}

func TestManyStoresOpenAtOnce(t *testing.T) {
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

func TestClosedStoreSaysSo(t *testing.T) {
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
		t.Error("the changes go on")
	}
	if _, open := <-s.Changes(t.Context()); open {
		t.Error("new changes begin")
	}
	_, reading := s.Webhooks(t.Context())
	writing := s.AddActivity(t.Context(), storage.Activity{})
	for _, err := range []error{reading, writing} {
		if !errors.Is(err, storage.ErrClosed) {
			t.Errorf("got %v", err)
		}
	}
}
