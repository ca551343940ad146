package sqlite

import (
	"bytes"
	"context"
	"crypto/sha256"
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
	databaseFile = "backchannel.db"
	readers      = 6
)

// Open opens the store in a data folder, making and migrating it as needed. Whoever comes
// first does that; the others wait. It refuses, without touching anything, what it
// does not know: a newer schema, a damaged file.
func Open(ctx context.Context, o Options) (*Store, error) {
	o = withDefaults(o)
	dir, err := filepath.Abs(o.Dir)
	if err != nil {
		return nil, fmt.Errorf("open data folder %s: %w", o.Dir, err)
	}
	o.Dir = dir
	opening, err := lockFolder(dir)
	if err != nil {
		return nil, fmt.Errorf("open data folder %s: %w", dir, classify(err))
	}
	defer opening.Close() // and so unlock
	store, err := openLocked(ctx, o)
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", filepath.Join(dir, databaseFile), classify(err))
	}
	return store, nil
}

// lockFolder makes the folder if need be, and keeps others from opening it meanwhile.
func lockFolder(dir string) (*os.File, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	file, err := openLock(dir, "open.lock")
	if err != nil {
		return nil, err
	}
	if err := lock(file); err != nil {
		file.Close()
		return nil, err
	}
	return file, nil
}

func openLocked(ctx context.Context, o Options) (*Store, error) {
	path := filepath.Join(o.Dir, databaseFile)
	if err := checkFile(path); err != nil {
		return nil, err
	}
	if err := checkSchema(ctx, path, o.Version); err != nil {
		return nil, err
	}
	if err := createFile(path); err != nil {
		return nil, err
	}
	db, err := openPool(writerDSN(path), 1)
	if err != nil {
		return nil, err
	}
	store, err := openDatabase(ctx, o, path, db)
	if err != nil {
		db.Close()
	}
	return store, err
}

func openDatabase(ctx context.Context, o Options, path string, db *sql.DB) (*Store, error) {
	if err := migrate(ctx, db); err != nil {
		return nil, err
	}
	seals, err := openSealer(ctx, o.Dir, db)
	if err != nil {
		return nil, err
	}
	reads, err := openPool(readerDSN(path), readers)
	if err != nil {
		return nil, err
	}
	h := &hub{}
	w, err := startWriter(o, db, h)
	if err != nil {
		reads.Close()
		return nil, err
	}
	return newStore(o, reads, w, seals, h), nil
}

// createFile makes the database with mode 0600; SQLite gives its other files the same.
func createFile(path string) error {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return err
	}
	return file.Close()
}

const (
	magic      = "SQLite format 3\x00"
	headerSize = 100
)

// checkFile looks at the file before SQLite does, which would take a wrecked one for a
// new one in some cases. It reads the header alone: the rest is for Check.
func checkFile(path string) error {
	file, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return checkFresh(path)
	}
	if err != nil {
		return err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return err
	}
	if info.Size() == 0 {
		return checkFresh(path)
	}
	if !info.Mode().IsRegular() {
		return damaged("it is no regular file")
	}
	header := make([]byte, headerSize)
	if _, err := io.ReadFull(file, header); err != nil || !bytes.HasPrefix(header, []byte(magic)) {
		return damaged("it does not begin like an SQLite database")
	}
	if want := sizeInHeader(header); info.Size() < want && !hasLog(path) {
		return damaged(fmt.Sprintf("it was cut off: it has %d bytes of %d", info.Size(), want))
	}
	return nil
}

// checkFresh refuses to begin anew beside a write-ahead log, which SQLite would overwrite.
func checkFresh(path string) error {
	if hasLog(path) {
		return damaged("it is empty or gone, but its write-ahead log is there and holds records")
	}
	return nil
}

func damaged(what string) error {
	return fmt.Errorf("%w: %s; restore it from a backup, or use another data folder; nothing was changed", storage.ErrDamaged, what)
}

// sizeInHeader is how long the file says it is, 0 when it does not say. See "Database File
// Format" §1.3 on sqlite.org.
func sizeInHeader(header []byte) int64 {
	page := int64(binary.BigEndian.Uint16(header[16:]))
	if page == 1 {
		page = 1 << 16
	}
	changed, validFor := binary.BigEndian.Uint32(header[24:]), binary.BigEndian.Uint32(header[92:])
	if changed != validFor {
		return 0
	}
	return page * int64(binary.BigEndian.Uint32(header[28:]))
}

// hasLog reports whether there is a write-ahead log, which may hold what the file lacks.
func hasLog(path string) bool {
	info, err := os.Stat(path + "-wal")
	return err == nil && info.Size() > 0
}

// openSealer reads the key file and makes sure that it is the one that this database's
// secrets were sealed with.
func openSealer(ctx context.Context, dir string, db *sql.DB) (*sealer, error) {
	var proof []byte
	if err := db.QueryRowContext(ctx, `SELECT key_proof FROM store`).Scan(&proof); err != nil {
		return nil, fmt.Errorf("read the key's proof: %w", err)
	}
	path := filepath.Join(dir, keyFile)
	if _, err := os.Stat(path); proof != nil && errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%w: its key %s is gone, and without it the secrets cannot be read; restore the key from a backup", storage.ErrDamaged, path)
	}
	key, err := readKey(dir)
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(append([]byte("backchannel key proof:"), key...))
	switch {
	case proof == nil:
		if _, err := db.ExecContext(ctx, `UPDATE store SET key_proof = ?`, sum[:]); err != nil {
			return nil, fmt.Errorf("keep the key's proof: %w", err)
		}
	case !bytes.Equal(proof, sum[:]):
		return nil, fmt.Errorf("%w: %s is not the key that its secrets were sealed with; restore that one from a backup", storage.ErrDamaged, path)
	}
	return newSealer(key)
}
