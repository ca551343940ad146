// Package ptytest gives tests a pseudo-terminal whose outer end can be closed while it is
// read: see [Open], [Start] and [Attach].
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

// Open opens a pseudo-terminal of that size. The person's end is closed when the test ends;
// the program's end is the caller's, to close or to hand to [Start].
func Open(t testing.TB, rows, columns uint16) (person, program *os.File) {
	t.Helper()
	blocking, program, err := pty.Open()
	if err != nil {
		t.Fatal(err)
	}
	if person, err = polled(blocking); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = person.Close() })
	if err := pty.Setsize(person, &pty.Winsize{Rows: rows, Cols: columns}); err != nil {
		t.Fatal(err)
	}
	return person, program
}

// Start starts a command on the program's end, which becomes its controlling terminal, and
// closes that end here. A command that still runs when the test ends is killed.
//
// When such a command ends, Linux hangs the terminal up, which may discard what the command
// has just written. To read all of it, use [Attach].
func Start(t testing.TB, cmd *exec.Cmd, program *os.File) {
	t.Helper()
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	Attach(t, cmd, program)
}

// Attach is Start without making the terminal the command's controlling one. Keys such as
// Ctrl+C then send no signals.
func Attach(t testing.TB, cmd *exec.Cmd, program *os.File) {
	t.Helper()
	defer program.Close()
	cmd.Stdin, cmd.Stdout, cmd.Stderr = program, program, program
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill() })
}

// polled replaces a file by one that the runtime polls for good. pty and term call
// [os.File.Fd], which puts a file that os opened into blocking mode; Close then waits for a
// read that may never return. A descriptor that is nonblocking when it reaches
// [os.NewFile] is left so by Fd.
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
