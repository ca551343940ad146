package storage

import (
	"errors"
	"fmt"
	"syscall"

	"golang.org/x/sys/unix"
)

// UnstoredHeader is the header in which the built-in receiver says why it answers 503 to a
// request that it could not store. The engine does not count that as a failure of the
// endpoint.
const UnstoredHeader = "Backchannel-Unstored"

// ExecutionHeader is the header in which the stand-in of the execution API says as which
// record it has stored a call.
const ExecutionHeader = "Backchannel-Execution"

// Shortage returns which resource this process or machine has run out of and what to do, if
// that is why an operation failed, and "" otherwise. A shortage is temporary and says
// nothing about the endpoint.
func Shortage(err error) string {
	switch {
	case errors.Is(err, syscall.EMFILE):
		return fmt.Sprintf("this process has reached its limit of open files and connections%s; raise the limit with ulimit -n", openFileLimit())
	case errors.Is(err, syscall.ENFILE):
		return "the system has reached its limit of open files; end other programs, or raise the limit (on Linux: sysctl fs.file-max)"
	case errors.Is(err, syscall.ENOMEM), errors.Is(err, syscall.ENOBUFS):
		return "the system is out of memory; end other programs, or give it more"
	}
	return ""
}

// OpenFiles returns the maximum number of open files and connections of this process, or 0
// if it is unknown. Package os raises the soft limit to the hard one at startup.
func OpenFiles() uint64 {
	var limit unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_NOFILE, &limit); err != nil {
		return 0
	}
	return limit.Cur
}

// openFileLimit returns the limit in brackets, or "" if it is unknown.
func openFileLimit() string {
	if limit := OpenFiles(); limit > 0 {
		return fmt.Sprintf(" (%d)", limit)
	}
	return ""
}
