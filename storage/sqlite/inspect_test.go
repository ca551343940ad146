package sqlite

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"backchannel/storage"
	"backchannel/storage/seal"
	"backchannel/storage/storetest"
)

// killed returns a data folder as a SIGKILL leaves it, with almost everything in the write-ahead log.
func killed(t *testing.T) string {
	t.Helper()
	dir, copied := t.TempDir(), t.TempDir()
	closed(t, dir, func(s *Store) {
		w := storetest.AddWebhook(t, s, "acme", storetest.WithJWT)
		for range 10 {
			storetest.Enqueue(t, s, w)
		}
		copyFolder(t, dir, copied)
	})
	return copied
}

// filled returns a data folder as a SIGKILL leaves it, with more in the database than in its
// write-ahead log.
func filled(t *testing.T) string {
	t.Helper()
	dir, copied := t.TempDir(), t.TempDir()
	closed(t, dir, func(s *Store) {
		w := storetest.AddWebhook(t, s, "acme", storetest.WithJWT)
		e := storetest.EventFor(w)
		e.Payload = make([]byte, 1<<18)
		if _, err := s.Enqueue(t.Context(), e, e, e); err != nil {
			t.Fatal(err)
		}
		if !s.writer.log.truncate() {
			t.Fatal("the log was not copied into the database")
		}
		if err := s.SetWebhookState(t.Context(), w.ID, storage.Paused, ""); err != nil {
			t.Fatal(err)
		}
		copyFolder(t, dir, copied)
	})
	return copied
}

// atRest returns a data folder whose store was closed.
func atRest(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	closed(t, dir, func(s *Store) { storetest.AddWebhook(t, s, "acme", storetest.WithJWT) })
	return dir
}

func copyFolder(t *testing.T, from, to string) {
	t.Helper()
	if err := os.CopyFS(to, os.DirFS(from)); err != nil {
		t.Fatal(err)
	}
}

// copierOf returns a function that copies the folder to a new one.
func copierOf(from string) func(*testing.T) string {
	return func(t *testing.T) string {
		t.Helper()
		dir := t.TempDir()
		copyFolder(t, from, dir)
		return dir
	}
}

// snapshot returns the hashes of all files in a folder.
func snapshot(t *testing.T, dir string) map[string]string {
	t.Helper()
	state := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, _ error) error {
		state[path] = entry.Type().String()
		if entry.Type().IsRegular() {
			state[path] = fmt.Sprintf("%x", sha256.Sum256(readFile(t, path)))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return state
}

func write(t *testing.T, path string, content []byte) {
	t.Helper()
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
}

func remove(t *testing.T, paths ...string) {
	t.Helper()
	for _, path := range paths {
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
	}
}

// change replaces the content of a file by edit of it.
func change(t *testing.T, path string, edit func([]byte) []byte) {
	t.Helper()
	write(t, path, edit(readFile(t, path)))
}

func scrambled(from, to int) func([]byte) []byte {
	return func(content []byte) []byte {
		for i := from; i < min(to, len(content)); i++ {
			content[i] ^= 0x5a
		}
		return content
	}
}

func cut(parts, of int) func([]byte) []byte {
	return func(content []byte) []byte { return content[:len(content)*parts/of] }
}

// The error is one line that says what is wrong and what to do. No file is changed.
func TestDamagedFilesAreRefusedUnchanged(t *testing.T) {
	t.Parallel()
	killed, atRest := copierOf(killed(t)), copierOf(atRest(t))
	newer := func(t *testing.T, s *Store) {
		tamper(t, s, `INSERT INTO goose_db_version (version_id, is_applied) VALUES (999, 1)`)
	}
	for _, c := range []struct {
		name  string
		start func(*testing.T) string
		spoil func(t *testing.T, dir, db string)
		want  error
		says  string
	}{
		{"emptied beside its log", killed, func(t *testing.T, _, db string) { write(t, db, nil) }, storage.ErrDamaged, "write-ahead log is there"},
		{"removed beside its log", killed, func(t *testing.T, _, db string) { remove(t, db) }, storage.ErrDamaged, "write-ahead log is there"},
		{"emptied", atRest, func(t *testing.T, _, db string) { write(t, db, nil) }, storage.ErrDamaged, "it was emptied"},
		{"another format", atRest, func(t *testing.T, _, db string) { write(t, db, []byte(strings.Repeat("text\n", 999))) }, storage.ErrDamaged, "does not begin"},
		{"a few bytes", atRest, func(t *testing.T, _, db string) { write(t, db, []byte("SQL")) }, storage.ErrDamaged, "does not begin"},
		{"no magic", killed, func(t *testing.T, _, db string) { change(t, db, scrambled(14, 15)) }, storage.ErrDamaged, "does not begin"},
		{"no page size", atRest, func(t *testing.T, _, db string) { change(t, db, func(b []byte) []byte { b[16] = 0; return b }) }, storage.ErrDamaged, "a page has"},
		{"truncated in the header", killed, func(t *testing.T, _, db string) { change(t, db, func(b []byte) []byte { return b[:60] }) }, storage.ErrDamaged, "does not begin"},
		{"truncated", atRest, func(t *testing.T, _, db string) { change(t, db, cut(1, 2)) }, storage.ErrDamaged, "cut off"},
		{"truncated beside its log", copierOf(filled(t)), func(t *testing.T, _, db string) { change(t, db, cut(1, 2)) }, storage.ErrDamaged, "cut off"},
		{"one byte too short beside its log", copierOf(filled(t)), func(t *testing.T, _, db string) { change(t, db, func(b []byte) []byte { return b[:len(b)-1] }) }, storage.ErrDamaged, "cut off"},
		{"scrambled", atRest, func(t *testing.T, _, db string) { change(t, db, scrambled(100, 3000)) }, storage.ErrDamaged, "backup"},
		{"a folder", atRest, func(t *testing.T, _, db string) { remove(t, db); _ = os.Mkdir(db, 0o700) }, storage.ErrDamaged, "not a regular file"},
		{"a pipe", atRest, func(t *testing.T, _, db string) { remove(t, db); _ = unix.Mkfifo(db, 0o600) }, storage.ErrDamaged, "not a regular file"},
		{"garbage for a log", killed, func(t *testing.T, _, db string) { write(t, db+"-wal", bytes.Repeat([]byte("garbage\n"), 299_999)) }, storage.ErrDamaged, "does not begin"},
		{"a little garbage for a log", killed, func(t *testing.T, _, db string) { remove(t, db+"-shm"); write(t, db+"-wal", []byte("garbage\n")) }, storage.ErrDamaged, "does not begin"},
		{"a log of zeros", killed, func(t *testing.T, _, db string) { write(t, db+"-wal", make([]byte, 2<<20)) }, storage.ErrDamaged, "does not begin"},
		{"a log damaged in the middle", killed, func(t *testing.T, _, db string) { change(t, db+"-wal", scrambled(50_000, 50_010)) }, storage.ErrDamaged, "does not hold together"},
		{"a truncated log", killed, func(t *testing.T, _, db string) { change(t, db+"-wal", cut(1, 2)) }, storage.ErrDamaged, "only"},
		{"a missing log", killed, func(t *testing.T, _, db string) { remove(t, db+"-wal") }, storage.ErrDamaged, "only 0"},
		{"a folder for a log", killed, func(t *testing.T, _, db string) { remove(t, db+"-wal"); _ = os.Mkdir(db+"-wal", 0o700) }, storage.ErrDamaged, "not a regular file"},
		{"a newer schema", func(t *testing.T) string {
			dir := t.TempDir()
			closed(t, dir, func(s *Store) { newer(t, s) })
			return dir
		}, func(*testing.T, string, string) {}, storage.ErrNewerSchema, "999"},
		{"a newer schema in the log", func(t *testing.T) string {
			dir, copied := t.TempDir(), t.TempDir()
			closed(t, dir, func(s *Store) { newer(t, s); copyFolder(t, dir, copied) })
			return copied
		}, func(*testing.T, string, string) {}, storage.ErrNewerSchema, "newer backchannel"},
		{"a newer schema in a log without index", func(t *testing.T) string {
			dir, copied := t.TempDir(), t.TempDir()
			closed(t, dir, func(s *Store) { newer(t, s); copyFolder(t, dir, copied) })
			return copied
		}, func(t *testing.T, _, db string) { remove(t, db+"-shm") }, storage.ErrNewerSchema, "newer backchannel"},
		{"a short key", killed, func(t *testing.T, dir, _ string) { change(t, filepath.Join(dir, seal.KeyFile), cut(1, 2)) }, storage.ErrDamaged, "16 bytes"},
		{"an empty key", killed, func(t *testing.T, dir, _ string) { write(t, filepath.Join(dir, seal.KeyFile), nil) }, storage.ErrDamaged, "0 bytes"},
		{"another key", killed, func(t *testing.T, dir, _ string) { change(t, filepath.Join(dir, seal.KeyFile), scrambled(0, 1)) }, storage.ErrDamaged, "is not the key"},
		{"a lost key", killed, func(t *testing.T, dir, _ string) { remove(t, filepath.Join(dir, seal.KeyFile)) }, storage.ErrDamaged, "is gone"},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := c.start(t)
			c.spoil(t, dir, filepath.Join(dir, databaseFile))
			before := snapshot(t, dir)
			openFails(t, dir, c.want, c.says)
			after := snapshot(t, dir)
			delete(after, filepath.Join(dir, "use.lock")) // a copy may lack it
			delete(before, filepath.Join(dir, "use.lock"))
			if !maps.Equal(before, after) {
				t.Errorf("files were changed:\nbefore %v\nafter  %v", before, after)
			}
		})
	}
}

// What a crash leaves behind is not damage. A part of the last transaction may be missing, because
// its commit was never acknowledged.
func TestFilesLeftByACrashOpen(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name  string
		spoil func(t *testing.T, dir, db string)
	}{
		{"everything", func(*testing.T, string, string) {}},
		{"without the index", func(t *testing.T, _, db string) { remove(t, db+"-shm") }},
		{"with a garbled index", func(t *testing.T, _, db string) { change(t, db+"-shm", scrambled(0, 3000)) }},
		{"with a torn last transaction", func(t *testing.T, _, db string) {
			change(t, db+"-wal", func(b []byte) []byte { return scrambled(len(b)-5000, len(b)-4990)(b) })
		}},
		{"with half of another frame", func(t *testing.T, _, db string) {
			change(t, db+"-wal", func(b []byte) []byte { return append(b, b[len(b)-1000:]...) })
		}},
		{"with a database that the log completes", func(t *testing.T, _, db string) {
			change(t, db, func(b []byte) []byte { return b[:min(len(b), 4096)] })
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := killed(t)
			c.spoil(t, dir, filepath.Join(dir, databaseFile))
			s := openTest(t, dir)
			if w, err := s.WebhookByName(t.Context(), "acme"); err != nil || w.Auth.JWT.Secret.Reveal() != storetest.TestKey {
				t.Errorf("got %v, %v", w, err)
			}
			checkStore(t, s)
		})
	}
}

// SQLite never writes the page at 1 GiB, so a log that makes the database larger than that lacks the
// page.
func TestLockBytePageIsNotMissing(t *testing.T) {
	t.Parallel()
	const pageSize, lockPage = 1 << 16, 1<<14 + 1
	logged := map[int64]bool{lockPage - 1: true, lockPage + 1: true}
	if n := missingPages((lockPage-2)*pageSize, pageSize, lockPage+1, logged); n != 0 {
		t.Errorf("got %d missing pages, want 0", n)
	}
	if n := missingPages((lockPage-3)*pageSize, pageSize, lockPage+2, logged); n != 2 {
		t.Errorf("got %d missing pages, want 2", n)
	}
}

func TestDatabaseRemovedWhileOpenIsNotCreatedAgain(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	openTest(t, dir)
	path := filepath.Join(dir, databaseFile)
	for _, suffix := range []string{"", "-wal", "-shm"} {
		if err := os.Rename(path+suffix, path+suffix+".away"); err != nil {
			t.Fatal(err)
		}
	}
	openFails(t, dir, storage.ErrDamaged, "another process has it open")
	for _, suffix := range []string{"", "-wal", "-shm"} {
		if err := os.Rename(path+suffix+".away", path+suffix); err != nil {
			t.Fatal(err)
		}
	}
}
