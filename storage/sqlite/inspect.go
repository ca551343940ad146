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
)

const (
	magic      = "SQLite format 3\x00"
	headerSize = 100
	logSuffix  = "-wal"
	memSuffix  = "-shm"
)

// inspect examines a database without changing anything and refuses a damaged one. SQLite
// itself would treat some damaged databases as new, and silently discard the content of a
// damaged write-ahead log. inspect is more thorough if no other process has the database
// open. It does not read the whole database, which Check does.
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
	if alone {
		if err := checkComplete(path, size, h); err != nil {
			return err
		}
	}
	return checkRecords(ctx, o, path, alone)
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
	case exists(path) && exists(filepath.Join(dir, keyFile)): // the key is made after the first records
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
	free     int64 // unused pages, which may never have been written
}

func readHeader(path string) (header, error) {
	file, err := os.Open(path)
	if err != nil {
		return header{}, err
	}
	defer file.Close()
	text := make([]byte, headerSize)
	if _, err := io.ReadFull(file, text); err != nil || !bytes.HasPrefix(text, []byte(magic)) {
		return header{}, damaged("it does not begin like an SQLite database")
	}
	return parseHeader(text), nil
}

func parseHeader(text []byte) header {
	h := header{pageSize: int64(binary.BigEndian.Uint16(text[16:])), free: int64(binary.BigEndian.Uint32(text[36:]))}
	if h.pageSize == 1 {
		h.pageSize = 1 << 16
	}
	changed, validFor := binary.BigEndian.Uint32(text[24:]), binary.BigEndian.Uint32(text[92:])
	if changed == validFor {
		h.pages = int64(binary.BigEndian.Uint32(text[28:]))
	}
	return h
}

// checkComplete refuses a truncated database and a damaged write-ahead log. Used pages
// beyond the end of the file must be in the log.
func checkComplete(path string, size int64, h header) error {
	if err := checkLogSize(path); err != nil {
		return err
	}
	l, err := readLog(path+logSuffix, h.pageSize)
	if err != nil {
		return err
	}
	allowed := int64(0)
	if l.pages > 0 {
		h.pages, allowed = l.pages, l.free(h)
	}
	missing := int64(0)
	for page := size/max(h.pageSize, 1) + 1; page <= h.pages; page++ {
		if !l.holds[page] {
			missing++
		}
	}
	if missing > allowed {
		return damaged(fmt.Sprintf("it was cut off: it has %d bytes of %d", size, h.pages*h.pageSize))
	}
	return nil
}

// checkRecords refuses a newer schema, another program's database, and a database without
// its key.
func checkRecords(ctx context.Context, o Options, path string, alone bool) error {
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
	path := filepath.Join(dir, keyFile)
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
	key, err := readKey(dir)
	if err == nil && proof != nil && !bytes.Equal(proof, proofOf(key)) {
		err = fmt.Errorf("%w: %s is not the key that its secrets were sealed with; restore that one from a backup; nothing was changed", storage.ErrDamaged, path)
	}
	return err
}
