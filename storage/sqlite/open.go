package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/sys/unix"

	"backchannel/storage"
	"backchannel/storage/commit"
	"backchannel/storage/seal"
)

const (
	databaseFile = "backchannel.db"
	readers      = 6 // connections for reading
)

// Exists reports whether there is a database in a data folder.
func Exists(dir string) bool { return exists(filepath.Join(dir, databaseFile)) }

// Open opens the store in a data folder, which it creates or migrates if needed. Processes
// that open it at the same time wait for the first one to do so. Open refuses a newer
// schema or a damaged file without changing anything.
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
	defer opening.Close() // which also unlocks it
	store, err := openLocked(ctx, o)
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", filepath.Join(dir, databaseFile), classify(err))
	}
	store.exposed = closeToOthers(dir)
	store.recordExposed(ctx)
	return store, nil
}

// lockFolder creates the folder if needed and locks it against being opened by others: two
// migrations at once would fail, and whether the database is in use would change meanwhile.
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

// openInspected inspects the database, then opens it. Each process that has the database
// open holds a shared lock on use, so that the next one knows whether it is in use.
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
	db, err := openPool(writerDSN(path, o.synchronous()), 1)
	if err != nil {
		return nil, err
	}
	store, err := openDatabase(ctx, o, path, db)
	if err != nil {
		db.Close()
		return nil, err
	}
	store.use = use
	if err := agree(use, store.writer.files); err != nil {
		return nil, errors.Join(err, store.Close())
	}
	return store, nil
}

// How long a process may take from closing the database to releasing its lock.
const closeTries, closePause = 40, 25 * time.Millisecond

// isAlone reports whether no other process has the database open. An open database has a
// log and a log index, and the process that closes it removes these shortly before it
// releases the lock, which isAlone waits for. If they are missing for longer, they were
// deleted while another process is writing, and a new log would damage the database.
func isAlone(use *os.File, path string) (bool, error) {
	for range closeTries {
		alone, err := tryLock(use, unix.LOCK_EX)
		if alone || err != nil {
			return alone, err
		}
		missing := missingBeside(path)
		if missing == "" {
			return false, nil
		}
		time.Sleep(closePause)
	}
	return false, fmt.Errorf("%w: %s was deleted or moved while another backchannel has the database open; end every backchannel that uses this folder, which keeps what was written, and try again",
		storage.ErrGone, missingBeside(path))
}

// missingBeside returns the path of the missing file of an open database, or "".
func missingBeside(path string) string {
	for _, suffix := range []string{logSuffix, memSuffix} {
		if exists(path) && !exists(path+suffix) {
			return path + suffix
		}
	}
	return ""
}

// openDatabase migrates the database, which the caller has inspected, and starts its writer.
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
	h := &commit.Hub{}
	w, err := startWriter(o, db, h)
	if err != nil {
		reads.Close()
		return nil, err
	}
	return newStore(o, &database{reads: reads, writer: w, seals: seals}, h), nil
}

// checkJournal makes sure that there is a write-ahead log: if SQLite cannot use one, it
// uses another journal without an error.
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

// createFile creates the database with mode 0600, which SQLite copies to its other files.
// SQLite itself would use 0644 and the umask.
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

// openSealer reads the key file, which it creates for a new database, and stores a proof of
// the key in the database. With the proof a wrong key is noticed when the database is opened,
// not when the first secret cannot be decrypted.
func openSealer(ctx context.Context, dir string, db *sql.DB) (*seal.Sealer, error) {
	proof, err := keyProof(ctx, db)
	if err != nil {
		return nil, err
	}
	key, err := seal.ReadKey(dir)
	if err != nil {
		return nil, err
	}
	if proof == nil {
		if _, err := db.ExecContext(ctx, `UPDATE store SET key_proof = ?`, seal.Proof(key)); err != nil {
			return nil, fmt.Errorf("store the key's proof: %w", err)
		}
	}
	return seal.New(key)
}

func keyProof(ctx context.Context, db *sql.DB) (proof []byte, err error) {
	if err := db.QueryRowContext(ctx, `SELECT key_proof FROM store`).Scan(&proof); err != nil {
		return nil, fmt.Errorf("read the key's proof: %w", err)
	}
	return proof, nil
}
