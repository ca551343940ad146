package sqlite

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"sync"

	"backchannel/storage"
	"backchannel/storage/seal"
)

// peekOptions has a short busy timeout: Peek serves shell completion, and a person waits
// for that.
const peekOptions = "?mode=ro&_mutex=no&_busy_timeout=50"

// Peek opens the store in a data folder for reading, without creating, changing or locking
// anything there: no folder, no file, no schema. Only methods that read may be called. If
// Open would have to create or migrate something first, Peek returns an error.
func Peek(ctx context.Context, o Options) (*Store, error) {
	o = withDefaults(o)
	path := filepath.Join(o.Dir, databaseFile)
	store, err := peek(ctx, o, path)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", path, classify(err))
	}
	return store, nil
}

// peek uses a pool of one connection, because shell completion runs one query at a time.
func peek(ctx context.Context, o Options, path string) (*Store, error) {
	for _, file := range []string{path, path + logSuffix, path + memSuffix, filepath.Join(o.Dir, seal.KeyFile)} {
		if err := checkRegular(file); err != nil {
			return nil, err
		}
	}
	key, err := os.ReadFile(filepath.Join(o.Dir, seal.KeyFile))
	if err != nil {
		return nil, err
	}
	seals, err := seal.New(key)
	if err != nil {
		return nil, err
	}
	dsn := fileURL(path) + peekOptions
	if sizeOf(path+logSuffix) == 0 || !exists(path+memSuffix) { // a reader would create these files
		dsn += "&immutable=1"
	}
	reads, err := openPool(dsn, 1)
	if err != nil {
		return nil, err
	}
	if err := checkCurrent(ctx, reads, o.Version); err != nil {
		reads.Close()
		return nil, err
	}
	s := newStore(o, &database{reads: reads, seals: seals}, nil)
	s.close = sync.OnceValue(reads.Close)
	return s, nil
}

// checkCurrent refuses any schema version but the one that this program's queries need.
func checkCurrent(ctx context.Context, db *sql.DB, program string) error {
	known, err := knownVersion()
	if err != nil {
		return err
	}
	found, err := schemaVersion(ctx, db)
	if err == nil && found != known {
		err = fmt.Errorf("%w: it has version %d, this backchannel %s knows %d", storage.ErrNewerSchema, found, program, known)
	}
	return err
}
