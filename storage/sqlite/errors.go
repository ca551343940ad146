package sqlite

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"syscall"

	"github.com/mattn/go-sqlite3"

	"backchannel/storage"
)

// classify wraps an error of SQLite or the system in the sentinel that callers match, and
// adds what to do about it.
func classify(err error) error {
	if err == nil || classified(err) {
		return err
	}
	errno, isErrno := errnoOf(err)
	switch {
	case isErrno && storage.Shortage(errno) != "":
		return fmt.Errorf("%w (%w): %s", storage.ErrShortage, systemError{err, errno}, storage.Shortage(errno))
	case isCode(err, sqlite3.ErrNomem):
		return fmt.Errorf("%w (%w): %s", storage.ErrShortage, err, storage.Shortage(syscall.ENOMEM))
	case errors.Is(errno, syscall.EFBIG):
		return fmt.Errorf("%w (%w): a file cannot grow further, by ulimit -f or its file system; raise the limit, or use another data folder with --data DIR; what was acknowledged is safe", storage.ErrDiskFull, err)
	case isCode(err, sqlite3.ErrFull), errors.Is(errno, syscall.ENOSPC), errors.Is(errno, syscall.EDQUOT):
		return fmt.Errorf("%w (%w): free some space; what was acknowledged is safe", storage.ErrDiskFull, err)
	case unsuited(err, errno) != "":
		return fmt.Errorf("%w (%w): %s; name a folder on a local disk with --data DIR", storage.ErrUnsuited, err, unsuited(err, errno))
	case isCode(err, sqlite3.ErrCantOpen) && errors.Is(errno, syscall.ENOENT), hasMoved(err):
		return fmt.Errorf("%w (%w): its folder or one of its files is gone; put it back, or restore it from a backup", storage.ErrGone, err)
	case isReadOnly(err, errno):
		return fmt.Errorf("%w (%w): make it readable and writable for this user, or use another data folder", storage.ErrReadOnly, err)
	case isCode(err, sqlite3.ErrCorrupt, sqlite3.ErrNotADB):
		return fmt.Errorf("%w (%w): restore it from a backup, or use another data folder; nothing was changed", storage.ErrDamaged, err)
	case isCode(err, sqlite3.ErrBusy): // transient, because a process that is starting should wait for the other program
		return storage.AsTransient(fmt.Errorf("%w: another program keeps it locked; end that program, or, if there is none, the file system's locks do not work: name a folder on a local disk with --data DIR", err))
	case isCode(err, sqlite3.ErrIoErr):
		return fmt.Errorf("%w: the disk cannot be read or written; check it, or use another data folder with --data DIR", err)
	}
	return err
}

// classified reports whether err already wraps one of the sentinels.
func classified(err error) bool {
	for _, sentinel := range []error{
		storage.ErrDiskFull, storage.ErrReadOnly, storage.ErrDamaged, storage.ErrNewerSchema, storage.ErrUnsuited, storage.ErrGone, storage.ErrShortage,
	} {
		if errors.Is(err, sentinel) {
			return true
		}
	}
	return false
}

// errnoOf returns the system's error that caused err. SQLite's own code often says only that
// an operation on a file failed, whereas the remedy depends on why.
func errnoOf(err error) (errno syscall.Errno, ok bool) {
	var lite sqlite3.Error
	if errors.As(err, &lite) {
		return lite.SystemErrno, lite.SystemErrno != 0
	}
	ok = errors.As(err, &errno)
	return errno, ok
}

// A systemError also matches the system's error, which SQLite's does not wrap.
type systemError struct {
	error
	errno syscall.Errno
}

func (e systemError) Unwrap() []error { return []error{e.error, e.errno} }

// isCode reports whether SQLite returned one of the codes.
func isCode(err error, codes ...sqlite3.ErrNo) bool {
	var lite sqlite3.Error
	return errors.As(err, &lite) && slices.Contains(codes, lite.Code)
}

// errNotWAL is the error of checkJournal if SQLite uses another kind of journal.
var errNotWAL = errors.New("SQLite cannot keep a write-ahead log there")

// unsuited returns what the folder's file system lacks, or "". Network mounts and shared
// folders of virtual machines often have no locks, or cannot share memory between
// processes; see "Write-Ahead Logging" §2.5 on sqlite.org.
func unsuited(err error, errno syscall.Errno) string {
	const (
		locks  = "its file system has no file locks, without which several processes cannot share a database"
		memory = "its file system cannot share memory between processes, which the database's write-ahead log needs"
	)
	var lite sqlite3.Error
	if !errors.As(err, &lite) {
		switch {
		case errors.Is(err, errNotWAL):
			return memory
		case errors.Is(err, errLocking) && !isReadOnly(err, errno):
			return locks
		}
		return ""
	}
	switch lite.ExtendedCode {
	case sqlite3.ErrIoErrSHMMap, sqlite3.ErrIoErrSHMOpen, sqlite3.ErrIoErrSHMSize:
		if !isReadOnly(err, errno) {
			return memory
		}
	case sqlite3.ErrIoErrLock, sqlite3.ErrIoErrRDlock, sqlite3.ErrIoErrUnlock, sqlite3.ErrIoErrCheckReservedLock, sqlite3.ErrIoErrSHMLock:
		return locks
	}
	if lite.Code == sqlite3.ErrProtocol {
		return locks
	}
	return ""
}

// isReadOnly reports whether a file may not be opened or written, by its mode or by the mode
// of its file system. It must be called after the checks for more specific causes of ErrCantOpen.
func isReadOnly(err error, errno syscall.Errno) bool {
	switch errno {
	case syscall.EROFS, syscall.EACCES, syscall.EPERM:
		return true
	}
	return isCode(err, sqlite3.ErrReadonly, sqlite3.ErrPerm, sqlite3.ErrCantOpen) || errors.Is(err, fs.ErrPermission)
}

// hasMoved reports whether SQLite refused to write because the file is not where it was opened.
func hasMoved(err error) bool {
	var lite sqlite3.Error
	return errors.As(err, &lite) && lite.ExtendedCode == sqlite3.ErrReadonlyDbMoved
}

// violates reports whether err is a violation of a unique or primary key constraint.
func violates(err error) bool {
	var lite sqlite3.Error
	return errors.As(err, &lite) &&
		(lite.ExtendedCode == sqlite3.ErrConstraintUnique || lite.ExtendedCode == sqlite3.ErrConstraintPrimaryKey)
}

// lacksParent reports whether err is a violation of a foreign key constraint.
func lacksParent(err error) bool {
	var lite sqlite3.Error
	return errors.As(err, &lite) && lite.ExtendedCode == sqlite3.ErrConstraintForeignKey
}
