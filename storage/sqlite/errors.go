package sqlite

import (
	"errors"
	"fmt"
	"io/fs"
	"syscall"

	"github.com/mattn/go-sqlite3"

	"backchannel/storage"
)

// classify wraps what SQLite or the system says in the sentinel that callers match, and
// adds what to do about it.
func classify(err error) error {
	switch {
	case err == nil || classified(err):
		return err
	case isFull(err):
		return fmt.Errorf("%w (%w): free some space; what was acknowledged is safe", storage.ErrDiskFull, err)
	case isReadOnly(err):
		return fmt.Errorf("%w (%w): make it readable and writable for this user, or use another data folder", storage.ErrReadOnly, err)
	case isDamaged(err):
		return fmt.Errorf("%w (%w): restore it from a backup, or use another data folder; nothing was changed", storage.ErrDamaged, err)
	}
	return err
}

// classified reports whether err says already what it is.
func classified(err error) bool {
	for _, sentinel := range []error{storage.ErrDiskFull, storage.ErrReadOnly, storage.ErrDamaged, storage.ErrNewerSchema} {
		if errors.Is(err, sentinel) {
			return true
		}
	}
	return false
}

func isFull(err error) bool {
	var lite sqlite3.Error
	if errors.As(err, &lite) {
		return lite.Code == sqlite3.ErrFull || lite.SystemErrno == syscall.ENOSPC || lite.SystemErrno == syscall.EDQUOT
	}
	return errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT)
}

func isReadOnly(err error) bool {
	var lite sqlite3.Error
	if errors.As(err, &lite) {
		return lite.Code == sqlite3.ErrReadonly || lite.Code == sqlite3.ErrPerm || lite.Code == sqlite3.ErrCantOpen ||
			lite.SystemErrno == syscall.EROFS
	}
	return errors.Is(err, fs.ErrPermission) || errors.Is(err, syscall.EROFS)
}

func isDamaged(err error) bool {
	var lite sqlite3.Error
	return errors.As(err, &lite) && (lite.Code == sqlite3.ErrCorrupt || lite.Code == sqlite3.ErrNotADB)
}

// violates reports whether err is a broken unique or primary key constraint.
func violates(err error) bool {
	var lite sqlite3.Error
	return errors.As(err, &lite) &&
		(lite.ExtendedCode == sqlite3.ErrConstraintUnique || lite.ExtendedCode == sqlite3.ErrConstraintPrimaryKey)
}

// lacksParent reports whether err is a reference to a record that is not there.
func lacksParent(err error) bool {
	var lite sqlite3.Error
	return errors.As(err, &lite) && lite.ExtendedCode == sqlite3.ErrConstraintForeignKey
}
