package main

import (
	"bytes"
	"io"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
)

// SIGTERM and Ctrl+C end a command that waits for stdin.
func TestSignalsEndACommandThatReadsStdin(t *testing.T) {
	t.Parallel()
	program := programPath(t)
	for _, sent := range []syscall.Signal{syscall.SIGTERM, syscall.SIGINT} {
		for _, args := range []string{"webhook apply -f -", "webhook apply -f /dev/stdin", "fire sent --webhook acme --body -"} {
			cmd := exec.CommandContext(t.Context(), program, strings.Fields(args)...)
			cmd.Env = append(os.Environ(), "GORACE=atexit_sleep_ms=0", envData+"="+t.TempDir())
			var stderr bytes.Buffer
			cmd.Stderr = &stderr
			in, err := cmd.StdinPipe()
			if err != nil {
				t.Fatal(err)
			}
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			// This is more than a pipe holds, so the command reads it before WriteString returns.
			if _, err := io.WriteString(in, strings.Repeat(" ", 128<<10)); err != nil {
				t.Fatal(err)
			}
			if err := cmd.Process.Signal(sent); err != nil {
				t.Fatal(err)
			}
			_ = cmd.Wait()
			if got := cmd.ProcessState.ExitCode(); got != exitInterrupted || stderr.String() != "backchannel: interrupted\n" {
				t.Errorf("%s after %s: got exit code %d and %q, want %d and only that it was interrupted", args, sent, got, stderr.String(), exitInterrupted)
			}
		}
	}
}
