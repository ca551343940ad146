package sqlite

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"backchannel/storage"
	"backchannel/storage/seal"
)

const (
	magic      = "SQLite format 3\x00"
	headerSize = 100
	logSuffix  = "-wal"
	memSuffix  = "-shm"
)

// inspect examines a database without changing anything and refuses a damaged one. It is more
// thorough if no other process has the database open. It does not read the whole database,
// which Check does.
//
// SQLite itself refuses a file that is not a database, and one that was cut off if it has no
// log. It takes an empty file for a new database, deleting its log; it ignores the part of a
// log that is not valid; and of a database that was cut off beside its log, it reads the
// missing pages as zeros.
func inspect(ctx context.Context, o Options, path string, alone bool) error {
	for _, suffix := range []string{"", logSuffix, memSuffix} {
		if err := checkRegular(path + suffix); err != nil {
			return err
		}
	}
	size := sizeOf(path)
	if size == 0 {
		return checkFresh(o.Dir, path, alone)
	}
	h, err := readHeader(path)
	if err != nil {
		return err
	}
	var logged map[int64]bool
	if alone {
		if logged, err = checkLog(path, size, h); err != nil {
			return err
		}
	}
	return checkRecords(ctx, o, path, alone, func(db *sql.DB) error { return checkComplete(ctx, db, size, h, logged) })
}

// checkRegular refuses anything but a regular file, because opening a pipe would block.
func checkRegular(path string) error {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return err
	case !info.Mode().IsRegular():
		return damaged(filepath.Base(path) + " is not a regular file")
	}
	return nil
}

// sizeOf returns the size of a file, or 0 if it does not exist.
func sizeOf(path string) int64 {
	info, err := os.Stat(path)
	if err != nil {
		return 0
	}
	return info.Size()
}

// checkFresh refuses to create a new database in place of one that had records.
func checkFresh(dir, path string, alone bool) error {
	switch {
	case sizeOf(path+logSuffix) > 0:
		return damaged("it is empty or gone, but its write-ahead log is there and holds records")
	case !alone:
		return damaged("it is empty or gone, but another process has it open")
	case exists(path) && exists(filepath.Join(dir, seal.KeyFile)): // the key is made after the first records
		return damaged("it was emptied")
	}
	return checkKey(dir, nil)
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

func damaged(what string) error {
	return fmt.Errorf("%w: %s; restore it from a backup, or use another data folder; nothing was changed", storage.ErrDamaged, what)
}

// A header holds fields of a database's header. See "Database File Format" §1.3 on
// sqlite.org.
type header struct {
	pageSize int64
	pages    int64 // 0 if unknown
}

func readHeader(path string) (h header, err error) {
	file, err := os.Open(path)
	if err != nil {
		return h, err
	}
	defer file.Close()
	text := make([]byte, headerSize)
	if _, err := io.ReadFull(file, text); err != nil || !bytes.HasPrefix(text, []byte(magic)) {
		return h, damaged("it does not begin like an SQLite database")
	}
	h.pageSize = int64(binary.BigEndian.Uint16(text[16:]))
	if h.pageSize == 1 {
		h.pageSize = 1 << 16
	}
	if h.pageSize < 512 {
		return h, damaged(fmt.Sprintf("its header says that a page has %d bytes", h.pageSize))
	}
	changed, validFor := binary.BigEndian.Uint32(text[24:]), binary.BigEndian.Uint32(text[92:])
	if changed == validFor {
		h.pages = int64(binary.BigEndian.Uint32(text[28:]))
	}
	return h, nil
}

// checkLog refuses a damaged write-ahead log, and a truncated database if the log holds
// nothing. It returns the pages that the log holds.
func checkLog(path string, size int64, h header) (logged map[int64]bool, err error) {
	if err := checkLogSize(path); err != nil {
		return nil, err
	}
	logged, err = readLog(path+logSuffix, h.pageSize)
	if err == nil && len(logged) == 0 && size < h.pages*h.pageSize {
		err = cutOff(size, h.pages*h.pageSize)
	}
	return logged, err
}

// checkComplete refuses a truncated database with a log. Pages beyond the end of the file
// must be in the log, unless they are unused.
func checkComplete(ctx context.Context, db *sql.DB, size int64, h header, logged map[int64]bool) error {
	if len(logged) == 0 {
		return nil
	}
	var pages, unused int64
	err := db.QueryRowContext(ctx, `SELECT page_count, freelist_count FROM pragma_page_count, pragma_freelist_count`).Scan(&pages, &unused)
	if err == nil && missingPages(size, h.pageSize, pages, logged) > unused {
		err = cutOff(size, pages*h.pageSize)
	}
	return err
}

// missingPages counts the pages beyond the end of the file that are not in the log. The page
// at 1 GiB is in neither: its bytes are for locks ("Database File Format" §1.4).
func missingPages(size, pageSize, pages int64, logged map[int64]bool) (missing int64) {
	const lockByte = 1 << 30
	for page := size/pageSize + 1; page <= pages; page++ {
		if !logged[page] && page != lockByte/pageSize+1 {
			missing++
		}
	}
	return missing
}

func cutOff(size, of int64) error {
	return damaged(fmt.Sprintf("it was cut off: it has %d bytes of %d", size, of))
}

// checkRecords opens the database for reading. It refuses what check refuses, a newer schema,
// another program's database, and a database without its key.
func checkRecords(ctx context.Context, o Options, path string, alone bool, check func(*sql.DB) error) error {
	dsn, done, err := untouching(path, alone)
	if err != nil {
		return err
	}
	defer done()
	db, err := openPool(dsn, 1)
	if err != nil {
		return err
	}
	defer db.Close()
	if err := check(db); err != nil {
		return err
	}
	version, err := checkSchema(ctx, db, o.Version)
	if err != nil {
		return err
	}
	var proof []byte
	if version > 0 {
		if proof, err = keyProof(ctx, db); err != nil {
			return err
		}
	}
	return checkKey(o.Dir, proof)
}

// untouching returns a data source name for reading a database without changing or creating
// any of its files. An ordinary read-only connection would create the log's index, and even
// the log, if no other process had them open.
func untouching(path string, alone bool) (dsn string, done func(), err error) {
	switch {
	case !alone:
		return readerDSN(path), func() {}, nil
	case sizeOf(path+logSuffix) == 0:
		return readerDSN(path) + "&immutable=1", func() {}, nil
	}
	// SQLite builds the log's index in its own memory, but the file must exist.
	made, err := os.OpenFile(path+memSuffix, os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600)
	switch {
	case err == nil:
		made.Close()
		done = func() { os.Remove(path + memSuffix) }
	case errors.Is(err, fs.ErrExist):
		done = func() {}
	default:
		return "", nil, err
	}
	return readerDSN(path) + "&readonly_shm=1", done, nil
}

// checkSchema refuses an unknown schema and returns the schema's version, which is 0 for an
// empty database.
func checkSchema(ctx context.Context, db *sql.DB, program string) (int64, error) {
	known, err := knownVersion()
	if err != nil {
		return 0, err
	}
	found, err := schemaVersion(ctx, db)
	if err == nil && found > known {
		err = fmt.Errorf("%w: it has version %d, this backchannel %s knows %d; use a newer backchannel, or another data folder",
			storage.ErrNewerSchema, found, program, known)
	}
	return found, err
}

// checkKey makes sure that the key file is the one with which this database's secrets were
// sealed. If proof is nil, there are no secrets yet and the file may be missing.
func checkKey(dir string, proof []byte) error {
	path := filepath.Join(dir, seal.KeyFile)
	if err := checkRegular(path); err != nil {
		return err
	}
	switch {
	case exists(path):
	case proof == nil:
		return nil
	default:
		return fmt.Errorf("%w: its key %s is gone, and without it the secrets cannot be read; restore the key from a backup; nothing was changed", storage.ErrDamaged, path)
	}
	key, err := seal.ReadKey(dir)
	if err == nil && proof != nil && !bytes.Equal(proof, seal.Proof(key)) {
		err = fmt.Errorf("%w: %s is not the key that its secrets were sealed with; restore that one from a backup; nothing was changed", storage.ErrDamaged, path)
	}
	return err
}
