package sqlite

import (
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/mattn/go-sqlite3"

	"backchannel/storage"
	"backchannel/storage/records"
	"backchannel/storage/storetest"
)

func TestLogLeavesRoomOnSmallDisk(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ free, want int64 }{
		{0, minLogPages},
		{1 << 20, minLogPages},
		{8 << 20, 128},
		{64 << 20, 1024},
		{1 << 40, checkpointPages},
	} {
		if got := logPages(c.free, pageBytes); got != c.want {
			t.Errorf("with %d bytes free: got %d pages, want %d", c.free, got, c.want)
		}
	}
}

func TestTryWriteLeavesNothingBehind(t *testing.T) {
	t.Parallel()
	s := openTest(t)
	before, err := os.ReadDir(s.Dir())
	if err != nil {
		t.Fatal(err)
	}
	if err := s.TryWrite(t.Context()); err != nil {
		t.Fatal(err)
	}
	if after, err := os.ReadDir(s.Dir()); err != nil || len(after) != len(before) {
		t.Errorf("got the files %v, %v; want those from before", after, err)
	}
}

// TestErrorsSayWhatToDo checks that the remedy fits the cause of an error, about which SQLite's code
// says little.
func TestErrorsSayWhatToDo(t *testing.T) {
	t.Parallel()
	lite := func(code sqlite3.ErrNo, by int, errno syscall.Errno) error {
		return sqlite3.Error{Code: code, ExtendedCode: code.Extend(by), SystemErrno: errno}
	}
	for _, c := range []struct {
		name string
		err  error
		want error
		says string
		not  string
	}{
		{"full", lite(sqlite3.ErrFull, 0, 0), storage.ErrDiskFull, "free some space", ""},
		{"full while writing", lite(sqlite3.ErrIoErr, 3, syscall.ENOSPC), storage.ErrDiskFull, "free some space", ""},
		{"quota", lite(sqlite3.ErrIoErr, 3, syscall.EDQUOT), storage.ErrDiskFull, "free some space", ""},
		{"full for the log's index", lite(sqlite3.ErrIoErr, 19, syscall.ENOSPC), storage.ErrDiskFull, "free some space", "--data"},
		{"file size", lite(sqlite3.ErrIoErr, 3, syscall.EFBIG), storage.ErrDiskFull, "ulimit -f", ""},
		{"files", lite(sqlite3.ErrCantOpen, 0, syscall.EMFILE), storage.ErrShortage, "ulimit -n", "readable"},
		{"files of the system", lite(sqlite3.ErrCantOpen, 0, syscall.ENFILE), storage.ErrShortage, "the system", "readable"},
		{"files, of the key", &os.PathError{Op: "open", Path: "secret.key", Err: syscall.EMFILE}, storage.ErrShortage, "ulimit -n", "readable"},
		{"memory", lite(sqlite3.ErrNomem, 0, 0), storage.ErrShortage, "memory", ""},
		{"mapped memory", lite(sqlite3.ErrIoErr, 21, syscall.ENOMEM), storage.ErrShortage, "memory", "--data"},
		{"no mapping", lite(sqlite3.ErrIoErr, 21, syscall.ENODEV), storage.ErrUnsuited, "--data DIR", ""},
		{"no mapping, another error number", lite(sqlite3.ErrIoErr, 21, syscall.EINVAL), storage.ErrUnsuited, "share memory", ""},
		{"no locks", lite(sqlite3.ErrIoErr, 15, syscall.EOPNOTSUPP), storage.ErrUnsuited, "no file locks", ""},
		{"locking protocol", lite(sqlite3.ErrProtocol, 0, 0), storage.ErrUnsuited, "no file locks", ""},
		{"no folder", lite(sqlite3.ErrCantOpen, 0, syscall.ENOENT), storage.ErrGone, "its files is gone", "readable"},
		{"no permission", lite(sqlite3.ErrCantOpen, 0, syscall.EACCES), storage.ErrReadOnly, "readable", ""},
		{"read-only", lite(sqlite3.ErrReadonly, 0, 0), storage.ErrReadOnly, "writable", ""},
		{"damaged", lite(sqlite3.ErrCorrupt, 0, 0), storage.ErrDamaged, "backup", ""},
		{"broken disk", lite(sqlite3.ErrIoErr, 1, syscall.EIO), nil, "check it", "readable"},
		{"busy", lite(sqlite3.ErrBusy, 0, 0), nil, "another program", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := classify(c.err)
			oneLine(t, got)
			if c.want != nil && !errors.Is(got, c.want) {
				t.Errorf("%v is not %v", got, c.want)
			}
			if text := got.Error(); !strings.Contains(text, c.says) || c.not != "" && strings.Contains(text, c.not) {
				t.Errorf("got %q; want a text with %q and without %q", text, c.says, c.not)
			}
		})
	}
}

// TestNothingIsAcknowledgedWithoutItsFiles takes each file away in each possible way.
func TestNothingIsAcknowledgedWithoutItsFiles(t *testing.T) {
	t.Parallel()
	ways := map[string]func(path string) error{
		"deleted": os.Remove,
		"moved":   func(path string) error { return os.Rename(path, path+".away") },
		"replaced": func(path string) error {
			text, err := os.ReadFile(path)
			if err := errors.Join(err, os.Remove(path)); err != nil {
				return err
			}
			return os.WriteFile(path, text, 0o600)
		},
	}
	for _, suffix := range []string{"", logSuffix, memSuffix} {
		for way, take := range ways {
			t.Run(databaseFile+suffix+" "+way, func(t *testing.T) {
				s := openTest(t)
				w := storetest.AddWebhook(t, s, "acme")
				path := filepath.Join(s.Dir(), databaseFile) + suffix
				if err := take(path); err != nil {
					t.Fatal(err)
				}
				_, err := s.Enqueue(t.Context(), storetest.EventFor(w))
				if oneLine(t, err); !errors.Is(err, storage.ErrGone) || !strings.Contains(err.Error(), path) {
					t.Fatalf("got %v", err)
				}
				if way == "moved" {
					if err := os.Rename(path+".away", path); err != nil {
						t.Fatal(err)
					}
					if err := s.writer.checkFiles(); err != nil {
						t.Errorf("after it was moved back: %v", err)
					}
					if _, err := s.Enqueue(t.Context(), storetest.EventFor(w)); err != nil {
						t.Error(err)
					}
				}
			})
		}
	}
}

// TestNothingIsWrittenToTruncatedLog truncates the log while two stores have it open. The database
// stays intact.
func TestNothingIsWrittenToTruncatedLog(t *testing.T) {
	t.Parallel()
	for name, keep := range map[string]float64{"emptied": 0, "its header alone": 0.0001, "half of it": 0.5} {
		t.Run(name, func(t *testing.T) {
			s := openTest(t)
			w := storetest.AddWebhook(t, s, "acme")
			if !s.writer.log.truncate() {
				t.Fatal("the log was not copied into the database")
			}
			other := openTest(t, s.Dir())
			storetest.Enqueue(t, s, w)
			log := filepath.Join(s.Dir(), databaseFile) + logSuffix
			if err := os.Truncate(log, int64(keep*float64(sizeOf(log)))); err != nil {
				t.Fatal(err)
			}
			left := sizeOf(log)
			for _, s := range []*Store{s, other} {
				_, err := s.Enqueue(t.Context(), storetest.EventFor(w))
				if oneLine(t, err); !errors.Is(err, storage.ErrGone) || !strings.Contains(err.Error(), log+" was emptied or cut") {
					t.Fatalf("got %v", err)
				}
				if err := s.Lost(); !errors.Is(err, errCut) {
					t.Errorf("got %v", err)
				}
			}
			if now := sizeOf(log); now != left {
				t.Errorf("the size of the log changed from %d to %d bytes", left, now)
			}
			if err := errors.Join(other.Close(), s.Close()); err != nil {
				t.Error(err)
			}
			dir := filepath.Join(t.TempDir(), "copy") // the connections to s.Dir() stay open until this process ends
			if err := os.CopyFS(dir, os.DirFS(s.Dir())); err != nil {
				t.Fatal(err)
			}
			openFails(t, dir, storage.ErrDamaged, "move the log and "+databaseFile+memSuffix+" away")
			remove(t, filepath.Join(dir, databaseFile)+logSuffix)
			remove(t, filepath.Join(dir, databaseFile)+memSuffix)
			s = openTest(t, dir)
			if got, err := s.Webhook(t.Context(), w.ID); err != nil || got.Name != "acme" {
				t.Errorf("in the copy: got %v, %v", got.Name, err)
			}
			checkStore(t, s)
		})
	}
}

// TestLogEmptiedDuringCommitIsNoticed empties the log in the middle of a transaction. The commit
// then gives the file its expected size again.
func TestLogEmptiedDuringCommitIsNoticed(t *testing.T) {
	t.Parallel()
	s := openTest(t)
	storetest.AddWebhook(t, s, "acme")
	log := filepath.Join(s.Dir(), databaseFile) + logSuffix
	err := s.writer.queue.Do(t.Context(), storage.ChangedActivity, func(tx *tx) error {
		return errors.Join(os.Truncate(log, 0), records.AddActivity(tx, storage.Activity{Kind: storage.ActivityError, Text: "lost"}))
	})
	if !errors.Is(err, storage.ErrGone) || !strings.Contains(err.Error(), log+" was emptied or cut") {
		t.Errorf("got %v", err)
	}
	if err := s.Lost(); !errors.Is(err, errCut) {
		t.Errorf("got %v", err)
	}
	if sizeOf(log) == 0 {
		t.Error("the commit did not write to the log")
	}
}

// A store may truncate the log, which frees space on a full disk, while another one checks it.
func TestCheckpointIsNotMistakenForDamage(t *testing.T) {
	t.Parallel()
	s := openTest(t)
	other := openTest(t, s.Dir())
	w := storetest.AddWebhook(t, s, "acme")
	for range 20 {
		storetest.Enqueue(t, s, w)
		if !other.writer.log.truncate() {
			t.Fatal("the log was not emptied")
		}
		if err := s.writer.checkFiles(); err != nil {
			t.Fatal(err)
		}
		storetest.Enqueue(t, other, w)
	}
	if sizeOf(filepath.Join(s.Dir(), databaseFile)+logSuffix) == 0 {
		t.Error("the log is empty after a commit")
	}
}

// TestMissingDatabaseIsReported moves the folder away and back.
func TestMissingDatabaseIsReported(t *testing.T) {
	t.Parallel()
	s := openTest(t)
	storetest.AddWebhook(t, s, "acme")
	lost := make(chan error, 4)
	s.OnLost(func(err error) { lost <- err })
	away := s.Dir() + ".away"
	if err := os.Rename(s.Dir(), away); err != nil {
		t.Fatal(err)
	}
	if err := <-lost; !errors.Is(err, storage.ErrGone) || !strings.Contains(err.Error(), s.Dir()+" was deleted or moved") {
		t.Errorf("got %v", err)
	}
	if _, _, err := s.Runtime(t.Context()); !errors.Is(err, storage.ErrGone) {
		t.Errorf("got %v", err)
	}
	if err := os.Rename(away, s.Dir()); err != nil {
		t.Fatal(err)
	}
	if err := <-lost; err != nil {
		t.Errorf("got %v", err)
	}
	if err := s.TryWrite(t.Context()); err != nil {
		t.Error(err)
	}
}

// An engine that starts while another program has the database locked waits, because the error is transient.
func TestLockedDatabaseIsTransientError(t *testing.T) {
	t.Parallel()
	s := openTest(t)
	other, err := sql.Open("sqlite3", filepath.Join(s.Dir(), databaseFile)+"?_txlock=exclusive")
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	lock, err := other.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.ResetSending(t.Context()); !storage.Transient(err) {
		t.Errorf("while the database is locked: got %v", err)
	}
	if err := lock.Rollback(); err != nil {
		t.Fatal(err)
	}
	if err := s.ResetSending(t.Context()); err != nil {
		t.Errorf("after the lock was released: %v", err)
	}
}
