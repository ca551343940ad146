package sqlite

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"
)

// A fairLock makes the writers of several processes take turns. SQLite polls its own lock,
// so that a writer which asks again at once starves the others: beside one, another process
// made 8 inserts in 12 s, and 570 with this lock. The kernel queues those who wait for a
// flock. Two files are needed: a writer waits for "turn" while it holds nothing, so that
// the one which has just written must queue behind it.
type fairLock struct {
	turn, write *os.File
}

func openFairLock(dir string) (*fairLock, error) {
	turn, err := openLock(dir, "turn.lock")
	if err != nil {
		return nil, err
	}
	write, err := openLock(dir, "write.lock")
	if err != nil {
		turn.Close()
		return nil, err
	}
	return &fairLock{turn: turn, write: write}, nil
}

// acquire waits until it is this writer's turn.
func (t *fairLock) acquire() error {
	if err := lock(t.turn); err != nil {
		return err
	}
	return errors.Join(lock(t.write), unlock(t.turn))
}

func (t *fairLock) release() error { return unlock(t.write) }

func (t *fairLock) close() error { return errors.Join(t.turn.Close(), t.write.Close()) }

// errLocking is the error of a file that could not be locked although no other process has
// locked it.
var errLocking = errors.New("lock")

func openLock(dir, name string) (*os.File, error) {
	return os.OpenFile(filepath.Join(dir, name), os.O_CREATE|os.O_RDWR, 0o600)
}

// lock waits for an exclusive lock, which the kernel releases when the process dies.
func lock(f *os.File) error { return flock(f, unix.LOCK_EX) }

func unlock(f *os.File) error { return flock(f, unix.LOCK_UN) }

// tryLock acquires a lock if it is free, without waiting.
func tryLock(f *os.File, how int) (bool, error) {
	err := flock(f, how|unix.LOCK_NB)
	if errors.Is(err, unix.EWOULDBLOCK) {
		return false, nil
	}
	return err == nil, err
}

func flock(f *os.File, how int) error {
	for {
		err := unix.Flock(int(f.Fd()), how)
		if err == nil {
			return nil
		}
		if !errors.Is(err, unix.EINTR) {
			return fmt.Errorf("%w %s: %w", errLocking, f.Name(), err)
		}
	}
}

// checkLocks makes sure that byte ranges of a file can be locked (fcntl), which SQLite
// needs. On a file system without these locks, SQLite would report a busy database.
func checkLocks(f *os.File) error {
	whole := unix.Flock_t{Type: unix.F_WRLCK}
	err := unix.FcntlFlock(f.Fd(), unix.F_SETLK, &whole)
	if err == nil || errors.Is(err, unix.EAGAIN) || errors.Is(err, unix.EACCES) {
		return nil
	}
	return fmt.Errorf("%w %s: %w", errLocking, f.Name(), err)
}
