package ptytest

import (
	"errors"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/x/term"
)

// A deadline and Close end a pending read, even after Fd was called.
func TestUsersEndCanBeClosedWhileItIsRead(t *testing.T) {
	t.Parallel()
	ptmx, tty := Open(t, 24, 80)
	defer tty.Close()
	if _, err := term.GetState(ptmx.Fd()); err != nil {
		t.Fatal(err)
	}
	if err := ptmx.SetReadDeadline(time.Unix(1, 0)); err != nil {
		t.Fatal(err)
	}
	if _, err := ptmx.Read(make([]byte, 1)); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Fatalf("read past its deadline: got error %v, want %v", err, os.ErrDeadlineExceeded)
	}
	if err := ptmx.SetReadDeadline(time.Time{}); err != nil {
		t.Fatal(err)
	}
	read := make(chan error, 1)
	go func() {
		_, err := ptmx.Read(make([]byte, 1))
		read <- err
	}()
	if err := ptmx.Close(); err != nil {
		t.Fatal(err)
	}
	if err := <-read; !errors.Is(err, os.ErrClosed) {
		t.Errorf("read of a closed file: got error %v, want %v", err, os.ErrClosed)
	}
}

// The program's end is in blocking mode, as a terminal emulator opens it. Otherwise programs that do
// not poll would get EAGAIN.
func TestProgramReadsATerminal(t *testing.T) {
	t.Parallel()
	cmd := exec.CommandContext(t.Context(), "sh", "-c", "stty size; read -r line; echo got $line")
	ptmx, tty := Open(t, 31, 97)
	Start(t, cmd, tty)
	if _, err := ptmx.WriteString("it\n"); err != nil {
		t.Fatal(err)
	}
	var shown []byte
	buffer := make([]byte, 256)
	for {
		n, err := ptmx.Read(buffer)
		shown = append(shown, buffer[:n]...)
		if err != nil { // EIO once the program has ended
			break
		}
	}
	if err := cmd.Wait(); err != nil {
		t.Error(err)
	}
	for _, want := range []string{"31 97\r\n", "got it\r\n"} {
		if !strings.Contains(string(shown), want) {
			t.Errorf("got %q, want it to contain %q", shown, want)
		}
	}
}
