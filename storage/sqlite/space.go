package sqlite

import (
	"context"
	"errors"
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// probeSize is how much TryWrite writes into the folder: more than a file system stores
// inline with a file's metadata, which would succeed on a full disk.
const probeSize = 64 << 10

// TryWrite checks that the folder and the database can be written to. It leaves both
// unchanged, but for a log that is a commit longer.
func (s *Store) TryWrite(ctx context.Context) error {
	if err := tryFolder(s.dir); err != nil {
		return fmt.Errorf("write to %s: %w", s.dir, classify(err))
	}
	return s.write(ctx, 0, func(t *tx) error {
		_, err := t.Exec(`UPDATE store SET last_id = last_id`)
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
// known. It is less than what is free if a part is reserved for the system.
func (s *Store) Free() (bytes int64, known bool) { return freeAt(s.dir) }

func freeAt(dir string) (bytes int64, known bool) {
	var about unix.Statfs_t
	if err := unix.Statfs(dir, &about); err != nil || about.Blocks == 0 {
		return 0, false // some file systems do not report it
	}
	return int64(about.Bavail) * int64(about.Bsize), true //nolint:unconvert // Bsize has another type on other systems
}
