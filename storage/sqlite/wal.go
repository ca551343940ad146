package sqlite

import (
	"database/sql/driver"
	"fmt"
	"path/filepath"
	"time"
)

const (
	// logShare limits the log to a part of the free space. Copying the log into the database
	// may make that grow by as much.
	logShare = 8
	// minLogPages is how many pages the log may have in any case.
	minLogPages = 16
	// fitEvery is the minimum interval between the system calls of fit.
	fitEvery = time.Second
)

// A walFile keeps the write-ahead log within the space that the disk has for it.
type walFile struct {
	statements
	dir      string
	now      func() time.Time
	pageSize int64
	maxPages int64     // before SQLite checkpoints the log
	fitted   time.Time // when maxPages was last checked
}

// newWALFile asks for the page size, because a database of an older version has another one.
func newWALFile(database string, s statements, now func() time.Time) (*walFile, error) {
	f := &walFile{statements: s, dir: filepath.Dir(database), now: now, maxPages: checkpointPages}
	err := s.conn.QueryRowContext(s.Context(), `PRAGMA page_size`).Scan(&f.pageSize)
	return f, err
}

// logPages returns how many pages the log may have with the given free space.
func logPages(free int64, pageSize int64) int64 {
	return min(max(free/logShare/pageSize, minLogPages), checkpointPages)
}

// fit makes SQLite checkpoint the log earlier if the disk has little space, and later again
// once there is more. It costs one system call, at most once a second.
func (f *walFile) fit() {
	now := f.now()
	if since := now.Sub(f.fitted); since >= 0 && since < fitEvery {
		return
	}
	f.fitted = now
	free, known := freeAt(f.dir)
	if !known {
		return
	}
	pages := logPages(free, pageBytes)
	if pages > f.maxPages/2 && pages < f.maxPages*2 {
		return
	}
	if err := f.pragma("wal_autocheckpoint", pages); err == nil {
		f.maxPages = pages
		_ = f.pragma("journal_size_limit", pages*pageBytes)
	}
}

func (f *walFile) pragma(name string, value int64) error {
	_, err := f.conn.ExecContext(f.Context(), fmt.Sprintf("PRAGMA %s = %d", name, value))
	return err
}

// truncate copies the log into the database and truncates it. On a full disk that may make
// the space that a write needs, because the log itself can fill a small disk. It waits only
// briefly for readers.
func (f *walFile) truncate() bool {
	const patience, asUsual = 250, 5000 // ms
	_ = f.pragma("busy_timeout", patience)
	defer func() { _ = f.pragma("busy_timeout", asUsual) }()
	var busy, pages, copied int64
	err := f.conn.QueryRowContext(f.Context(), `PRAGMA wal_checkpoint(TRUNCATE)`).Scan(&busy, &pages, &copied)
	return err == nil && busy == 0
}

// leastSize returns how many bytes the log must have at least, by its index: a header of 32
// bytes, and one of 24 before each page ("WAL-mode File Format" §2 on sqlite.org).
func (f *walFile) leastSize() int64 {
	var row [3]driver.Value // busy, pages in the log, pages copied
	found, err := f.raw.queryRow(row[:], "PRAGMA wal_checkpoint(NOOP)")
	if err != nil || !found || integer(row[1]) <= 0 {
		return 0
	}
	return logHeaderSize + integer(row[1])*(frameHeaderSize+f.pageSize)
}
