package sqlite

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/sys/unix"

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
	store.exposed = closeToOthers(dir)
	store.tellExposed(ctx)
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
	if err := errors.Join(lock(file), checkLocks(file)); err != nil {
		file.Close()
		return nil, err
	}
	return file, nil
}

func openLocked(ctx context.Context, o Options) (*Store, error) {
	use, err := openLock(o.Dir, "use.lock")
	if err != nil {
		return nil, err
	}
	store, err := openInspected(ctx, o, use)
	if err != nil {
		use.Close()
	}
	return store, err
}

// openInspected opens the database once it was looked at. Whoever has it open holds the
// lock on use, so that the next one knows whether it is at rest.
func openInspected(ctx context.Context, o Options, use *os.File) (*Store, error) {
	path := filepath.Join(o.Dir, databaseFile)
	alone, err := isAlone(use, path)
	if err != nil {
		return nil, err
	}
	if !alone {
		if err := checkSame(use, path); err != nil {
			return nil, err
		}
	}
	if err := inspect(ctx, o, path, alone); err != nil {
		return nil, err
	}
	if err := flock(use, unix.LOCK_SH); err != nil {
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
		return nil, err
	}
	store.use = use
	if alone {
		if err := remember(use, store.writer.place); err != nil {
			return nil, errors.Join(err, store.Close())
		}
	}
	return store, nil
}

// isAlone reports whether nobody else has the database open. Whoever has keeps its log and
// the log's index. Whoever closes it removes them a moment before the lock: that is waited
// for. If they were taken away from somebody who goes on writing, a new log would wreck the
// database.
func isAlone(use *os.File, path string) (bool, error) {
	const tries, pause = 40, 25 * time.Millisecond
	for range tries {
		alone, err := tryLock(use, unix.LOCK_EX)
		if alone || err != nil {
			return alone, err
		}
		missing := missingBeside(path)
		if missing == "" {
			return false, nil
		}
		time.Sleep(pause)
	}
	return false, fmt.Errorf("%w: %s was deleted or moved while another backchannel has the database open; end every backchannel that uses this folder, which keeps what was written, and try again",
		storage.ErrGone, missingBeside(path))
}

// missingBeside is which file of an open database is not there, if any.
func missingBeside(path string) string {
	for _, suffix := range []string{logSuffix, memSuffix} {
		if exists(path) && !exists(path+suffix) {
			return path + suffix
		}
	}
	return ""
}

func openDatabase(ctx context.Context, o Options, path string, db *sql.DB) (*Store, error) {
	if err := checkJournal(ctx, db); err != nil {
		return nil, err
	}
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

// checkJournal makes sure that there is a write-ahead log: where SQLite cannot keep one it
// keeps another journal without a word.
func checkJournal(ctx context.Context, db *sql.DB) error {
	var mode string
	if err := db.QueryRowContext(ctx, `PRAGMA journal_mode`).Scan(&mode); err != nil {
		return err
	}
	if mode != "wal" {
		return errNotWAL
	}
	return nil
}

// createFile makes the database with mode 0600; SQLite gives its other files the same.
func createFile(path string) error {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return err
	}
	info, err := file.Stat()
	if err := errors.Join(err, file.Close()); err != nil || info.Size() > 0 {
		return err
	}
	return shape(path)
}

// openSealer reads the key file, making it for a new database, and has the database
// remember by which key its secrets are sealed.
func openSealer(ctx context.Context, dir string, db *sql.DB) (*sealer, error) {
	proof, err := keyProof(ctx, db)
	if err != nil {
		return nil, err
	}
	key, err := readKey(dir)
	if err != nil {
		return nil, err
	}
	if proof == nil {
		if _, err := db.ExecContext(ctx, `UPDATE store SET key_proof = ?`, proofOf(key)); err != nil {
			return nil, fmt.Errorf("keep the key's proof: %w", err)
		}
	}
	return newSealer(key)
}

func keyProof(ctx context.Context, db *sql.DB) (proof []byte, err error) {
	if err := db.QueryRowContext(ctx, `SELECT key_proof FROM store`).Scan(&proof); err != nil {
		return nil, fmt.Errorf("read the key's proof: %w", err)
	}
	return proof, nil
}

func proofOf(key []byte) []byte {
	sum := sha256.Sum256(append([]byte("backchannel key proof:"), key...))
	return sum[:]
}
