// Package ptytest gives tests a pseudo-terminal whose end ptmx, at which a user reads and types, can be
// closed while it is read: see [Open], [Start] and [Attach].
package ptytest

import (
	"fmt"
	"os"
	"os/exec"
	"syscall"
	"testing"

	"github.com/creack/pty"
	"golang.org/x/sys/unix"
)

// Open opens a pseudo-terminal of the given size. ptmx is the user's end, and is closed when the test
// ends. tty is the program's end. The caller closes it, or passes it to [Start] or [Attach].
func Open(t testing.TB, rows, columns uint16) (ptmx, tty *os.File) {
	t.Helper()
	blocking, tty, err := pty.Open()
	if err != nil {
		t.Fatal(err)
	}
	if ptmx, err = polled(blocking); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = ptmx.Close() })
	if err := pty.Setsize(ptmx, &pty.Winsize{Rows: rows, Cols: columns}); err != nil {
		t.Fatal(err)
	}
	return ptmx, tty
}

// Start starts a command on the program's end, which becomes its controlling terminal, and
// closes that end here. A command that is still running when the test ends is killed.
//
// When such a command ends, Linux hangs the terminal up, which may discard what the command
// has just written. To read all of it, use [Attach].
func Start(t testing.TB, cmd *exec.Cmd, tty *os.File) {
	t.Helper()
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	Attach(t, cmd, tty)
}

// Attach is like Start, but the terminal does not become the command's controlling terminal. Keys such
// as Ctrl+C then send no signals.
func Attach(t testing.TB, cmd *exec.Cmd, tty *os.File) {
	t.Helper()
	defer tty.Close()
	cmd.Stdin, cmd.Stdout, cmd.Stderr = tty, tty, tty
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill() })
}

// polled replaces a file by one that the runtime polls permanently. pty and term call [os.File.Fd],
// which puts a file that os opened into blocking mode; Close then waits for a read that may never
// return. Fd does not do that to a descriptor that was nonblocking when it was passed to [os.NewFile].
func polled(file *os.File) (*os.File, error) {
	defer file.Close()
	fd, err := unix.FcntlInt(file.Fd(), unix.F_DUPFD_CLOEXEC, 0)
	if err != nil {
		return nil, fmt.Errorf("duplicate %s: %w", file.Name(), err)
	}
	if err := unix.SetNonblock(fd, true); err != nil {
		return nil, fmt.Errorf("poll %s: %w", file.Name(), err)
	}
	return os.NewFile(uintptr(fd), file.Name()), nil
}
