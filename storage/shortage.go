package storage

import (
	"errors"
	"fmt"
	"syscall"

	"golang.org/x/sys/unix"
)

// UnstoredHeader is how the built-in receiver says in an answer of 503 why it could not keep
// a request: to the engine beside it this is not a failure of an endpoint.
const UnstoredHeader = "Backchannel-Unstored"

// Shortage says what this machine or process itself is short of, and what to do, when that
// is why something failed; otherwise it is empty. A shortage passes, and says nothing about
// whoever was to be reached.
func Shortage(err error) string {
	switch {
	case errors.Is(err, syscall.EMFILE):
		return fmt.Sprintf("this process has as many files and connections open as it may%s; raise the limit with ulimit -n", openFileLimit())
	case errors.Is(err, syscall.ENFILE):
		return "the system has as many files open as it can; end other programs, or raise its limit (on Linux: sysctl fs.file-max)"
	case errors.Is(err, syscall.ENOMEM), errors.Is(err, syscall.ENOBUFS):
		return "the system is out of memory; end other programs, or give it more"
	}
	return ""
}

// OpenFiles is how many files and connections this process may have open at once, 0 where
// that cannot be known. Package os has raised the soft limit to the hard one by then.
func OpenFiles() uint64 {
	var limit unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_NOFILE, &limit); err != nil {
		return 0
	}
	return limit.Cur
}

func openFileLimit() string {
	if limit := OpenFiles(); limit > 0 {
		return fmt.Sprintf(" (%d)", limit)
	}
	return ""
}
