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

// A read that never returns keeps neither a deadline nor Close from ending it, whoever has
// asked for the descriptor.
func TestPersonsEndCanBeClosedWhileItIsRead(t *testing.T) {
	t.Parallel()
	person, program := Open(t, 24, 80)
	defer program.Close()
	if _, err := term.GetState(person.Fd()); err != nil {
		t.Fatal(err)
	}
	if err := person.SetReadDeadline(time.Unix(1, 0)); err != nil {
		t.Fatal(err)
	}
	if _, err := person.Read(make([]byte, 1)); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Fatalf("a read past its deadline ends with %v", err)
	}
	if err := person.SetReadDeadline(time.Time{}); err != nil {
		t.Fatal(err)
	}
	read := make(chan error, 1)
	go func() {
		_, err := person.Read(make([]byte, 1))
		read <- err
	}()
	if err := person.Close(); err != nil {
		t.Fatal(err)
	}
	if err := <-read; !errors.Is(err, os.ErrClosed) {
		t.Errorf("the read ends with %v", err)
	}
}

// The program's end is as a terminal emulator gives it: blocking, or programs that know
// nothing of polling would read EAGAIN.
func TestProgramReadsATerminal(t *testing.T) {
	t.Parallel()
	cmd := exec.CommandContext(t.Context(), "sh", "-c", "stty size; read -r line; echo got $line")
	person, program := Open(t, 31, 97)
	Start(t, cmd, program)
	if _, err := person.WriteString("it\n"); err != nil {
		t.Fatal(err)
	}
	var shown []byte
	buffer := make([]byte, 256)
	for {
		n, err := person.Read(buffer)
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
			t.Errorf("%q is not in %q", want, shown)
		}
	}
}
