package sqlite

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"
)

// probeSize is how much TryWrite writes into the folder: more than a file system stores
// inline with a file's metadata, which would succeed on a full disk.
const probeSize = 64 << 10

// TryWrite checks that the folder and the database can be written to. It leaves both
// unchanged.
func (s *Store) TryWrite(ctx context.Context) error {
	if err := tryFolder(s.dir); err != nil {
		return fmt.Errorf("write to %s: %w", s.dir, classify(err))
	}
	return s.write(ctx, 0, func(t *tx) error {
		_, err := t.exec(`UPDATE store SET last_id = last_id`)
		return err
	})
}

func tryFolder(dir string) error {
	temp, err := os.CreateTemp(dir, ".try-*")
	if err != nil {
		return err
	}
	defer os.Remove(temp.Name())
	_, err = temp.Write(make([]byte, probeSize))
	return errors.Join(err, temp.Sync(), temp.Close())
}

// Free returns how many bytes this user can still write to the folder's disk, if that is
// known.
func (s *Store) Free() (bytes int64, known bool) { return freeAt(s.dir) }

func freeAt(dir string) (bytes int64, known bool) {
	var about unix.Statfs_t
	if err := unix.Statfs(dir, &about); err != nil || about.Blocks == 0 {
		return 0, false // some file systems do not report it
	}
	return int64(about.Bavail) * int64(about.Bsize), true //nolint:unconvert // Bsize has another type on other systems
}

// The write-ahead log may take 1/logShare of the free space before it is copied into the
// database, which may have to grow by as much.
const logShare = 8

// minLogPages is how many pages the log may have in any case.
const minLogPages = 16

// logPages returns how many pages the log may have with the given free space.
func logPages(free int64, pageSize int64) int64 {
	return min(max(free/logShare/pageSize, minLogPages), checkpointPages)
}

// fitLog makes SQLite checkpoint the log earlier if the disk has little space, and later
// again once there is more. It costs one system call, at most once a second.
func (w *writer) fitLog() {
	now := w.now()
	if since := now.Sub(w.fitted); since >= 0 && since < fitEvery {
		return
	}
	w.fitted = now
	free, known := freeAt(filepath.Dir(w.path))
	if !known {
		return
	}
	pages := logPages(free, pageBytes)
	if pages > w.maxLogPages/2 && pages < w.maxLogPages*2 {
		return
	}
	if err := w.pragma("wal_autocheckpoint", pages); err == nil {
		w.maxLogPages = pages
		_ = w.pragma("journal_size_limit", pages*pageBytes)
	}
}

func (w *writer) pragma(name string, value int64) error {
	_, err := w.conn.ExecContext(context.Background(), fmt.Sprintf("PRAGMA %s = %d", name, value))
	return err
}

// truncateLog copies the log into the database and truncates it. On a full disk that may
// make the space that a write needs, because the log itself can fill a small disk. It waits
// only briefly for readers.
func (w *writer) truncateLog() bool {
	const patience, asUsual = 250, 5000 // ms
	_ = w.pragma("busy_timeout", patience)
	defer func() { _ = w.pragma("busy_timeout", asUsual) }()
	var busy, pages, copied int64
	err := w.conn.QueryRowContext(context.Background(), `PRAGMA wal_checkpoint(TRUNCATE)`).Scan(&busy, &pages, &copied)
	return err == nil && busy == 0
}
