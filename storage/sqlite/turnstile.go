package sqlite

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"
)

// A turnstile makes writers of several processes take turns. SQLite's own lock is polled,
// so a writer that comes back at once starves all others; the kernel queues those who wait
// for a flock. Two of them are needed: who wants to write waits at "turn" while holding
// nothing, so that the one who just wrote has to queue behind the one who stands there.
type turnstile struct {
	turn, write *os.File
}

func openTurnstile(dir string) (*turnstile, error) {
	turn, err := openLock(dir, "turn.lock")
	if err != nil {
		return nil, err
	}
	write, err := openLock(dir, "write.lock")
	if err != nil {
		turn.Close()
		return nil, err
	}
	return &turnstile{turn: turn, write: write}, nil
}

// enter waits until it is this writer's turn.
func (t *turnstile) enter() error {
	if err := lock(t.turn); err != nil {
		return err
	}
	return errors.Join(lock(t.write), unlock(t.turn))
}

func (t *turnstile) leave() error { return unlock(t.write) }

func (t *turnstile) close() error { return errors.Join(t.turn.Close(), t.write.Close()) }

// errLocking is that the system did not lock a file, for another reason than that somebody
// else has it locked.
var errLocking = errors.New("lock")

func openLock(dir, name string) (*os.File, error) {
	return os.OpenFile(filepath.Join(dir, name), os.O_CREATE|os.O_RDWR, 0o600)
}

// lock waits for an exclusive lock, which the kernel frees when the process dies.
func lock(f *os.File) error { return flock(f, unix.LOCK_EX) }

func unlock(f *os.File) error { return flock(f, unix.LOCK_UN) }

// tryLock takes a lock without waiting, if it is free.
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

// checkLocks makes sure that parts of a file can be locked, which is the other kind of lock
// and SQLite's own. It would take a file system that has none for a database that is busy.
func checkLocks(f *os.File) error {
	whole := unix.Flock_t{Type: unix.F_WRLCK}
	err := unix.FcntlFlock(f.Fd(), unix.F_SETLK, &whole)
	if err == nil || errors.Is(err, unix.EAGAIN) || errors.Is(err, unix.EACCES) {
		return nil
	}
	return fmt.Errorf("%w %s: %w", errLocking, f.Name(), err)
}
