package sqlite

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"
)

// tried is how much TryWrite writes into the folder: more than what a file system keeps
// beside a file's name.
const tried = 64 << 10

// TryWrite writes to the folder, and to the database without changing what it holds.
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
	_, err = temp.Write(make([]byte, tried))
	return errors.Join(err, temp.Sync(), temp.Close())
}

// Free is how many bytes this user can still write on the folder's disk, where that is
// known.
func (s *Store) Free() (bytes int64, known bool) { return freeAt(s.dir) }

func freeAt(dir string) (bytes int64, known bool) {
	var about unix.Statfs_t
	if err := unix.Statfs(dir, &about); err != nil || about.Blocks == 0 {
		return 0, false // some file systems do not tell
	}
	return int64(about.Bavail) * int64(about.Bsize), true //nolint:unconvert // Bsize has another type elsewhere
}

// logShare is which part of the free space the write-ahead log may take before it is
// copied into the database, which may have to grow as much meanwhile.
const logShare = 8

// leastLog is how many pages the log may hold in any case.
const leastLog = 16

// logPages is how many pages the log may hold with so much space free.
func logPages(free int64, pageSize int64) int64 {
	return min(max(free/logShare/pageSize, leastLog), checkpointPages)
}

// fitLog has the log checkpointed earlier where there is little space, and lets it take as
// much again where there is more. It costs a system call, at most once a second.
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
	if pages > w.most/2 && pages < w.most*2 {
		return
	}
	if err := w.pragma("wal_autocheckpoint", pages); err == nil {
		w.most = pages
		_ = w.pragma("journal_size_limit", pages*pageBytes)
	}
}

func (w *writer) pragma(name string, value int64) error {
	_, err := w.conn.ExecContext(context.Background(), fmt.Sprintf("PRAGMA %s = %d", name, value))
	return err
}

// makeRoom folds the log into the database and cuts it off, when a disk is full: on a small
// one the log itself may be what fills it. It waits for readers, though not for long.
func (w *writer) makeRoom() bool {
	const patience, asUsual = 250, 5000 // ms
	_ = w.pragma("busy_timeout", patience)
	defer func() { _ = w.pragma("busy_timeout", asUsual) }()
	var busy, pages, copied int64
	err := w.conn.QueryRowContext(context.Background(), `PRAGMA wal_checkpoint(TRUNCATE)`).Scan(&busy, &pages, &copied)
	return err == nil && busy == 0
}
