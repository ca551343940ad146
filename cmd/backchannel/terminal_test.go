package main

import (
	"bufio"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	"backchannel/tui/ptytest"
)

// stall is how long libraries wait for the terminal to report its background colour. A silent terminal
// never answers.
const stall = 5 * time.Second

func TestASilentTerminalDelaysNothing(t *testing.T) {
	t.Parallel()
	for _, line := range []string{"version", "--help", "webhook", "webhook create --help", "nonsense", "webhook list", "webhook delete nobody", "check --webhook nobody"} {
		t.Run(line, func(t *testing.T) {
			output, quick := "", false
			for range 3 { // a stall recurs, while a busy machine is slow only now and then
				start := time.Now()
				output = onTerminal(t, t.TempDir(), strings.Fields(line)...)
				if quick = time.Since(start) < stall-time.Second; quick {
					break
				}
			}
			if !quick {
				t.Errorf("the command took %s or longer three times", stall-time.Second)
			}
			if strings.Contains(output, "\x1b") {
				t.Errorf("the output contains escape sequences, which only the console may write: %q", output)
			}
			if output == "" {
				t.Error("the command wrote nothing")
			}
		})
	}
}

// onTerminal runs the program on a silent terminal, and returns its output.
func onTerminal(t *testing.T, data string, args ...string) string {
	t.Helper()
	return typingOnTerminal(t, data, "", args...)
}

// typingOnTerminal is like onTerminal, with text that is typed ahead.
func typingOnTerminal(t *testing.T, data, typed string, args ...string) string {
	t.Helper()
	program := programPath(t)
	cmd := exec.CommandContext(t.Context(), program, args...)
	cmd.Env = append(os.Environ(), "TERM=xterm-256color", "GORACE=atexit_sleep_ms=0", envData+"="+data)
	ptmx, tty := ptytest.Open(t, 24, 80)
	ptytest.Attach(t, cmd, tty)
	if _, err := io.WriteString(ptmx, typed); err != nil {
		t.Fatal(err)
	}
	output, _ := io.ReadAll(ptmx) // ends with EIO once the program has ended
	_ = cmd.Wait()
	return string(output)
}

func TestTablesFitTheTerminal(t *testing.T) {
	t.Parallel()
	for line := range strings.SplitSeq(onTerminal(t, t.TempDir(), "fixture", "list"), "\r\n") {
		if len([]rune(line)) > 80 {
			t.Errorf("got a line that is wider than the terminal: %q", line)
		}
	}
}

func TestBurstShowsItsProgress(t *testing.T) {
	t.Parallel()
	data := t.TempDir()
	onTerminal(t, data, "webhook", "create", "--name", "acme", "--channel", "email")
	output := onTerminal(t, data, "fire", "sent", "--webhook", "acme", "--count", "600")
	for _, want := range []string{"\r500 of 600 queued", "600 events: 600 queued\r\n", "600 queued in "} {
		if !strings.Contains(output, want) {
			t.Errorf("got %q, want it to contain %q", output, want)
		}
	}
}

func TestBurstShowsItsSpeed(t *testing.T) {
	t.Parallel()
	data := t.TempDir()
	onTerminal(t, data, "webhook", "create", "--name", "acme", "--channel", "email")
	output := onTerminal(t, data, "fire", "sent", "--webhook", "acme", "--count", "30", "--wait", "--listen", "127.0.0.1:0")
	for _, want := range []string{"\r\n30 delivered in ", "/s; p50 ", ", longest ", "\r\n    ≤ ", "█"} {
		if !strings.Contains(output, want) {
			t.Errorf("got %q, want it to contain %q", output, want)
		}
	}
	if one := onTerminal(t, data, "fire", "sent", "--webhook", "acme", "--wait", "--listen", "127.0.0.1:0"); strings.Contains(one, "p50") {
		t.Errorf("got a histogram for a single event: %q", one)
	}
}

func TestCtrlCEndsAQuestion(t *testing.T) {
	t.Parallel()
	program := programPath(t)
	// The shell keeps the terminal open until everything that the program wrote has been read.
	const shell = `trap : INT; "$0" "$@"; echo "ended $?"; read -r _`
	cmd := exec.CommandContext(t.Context(), "sh", "-c", shell, program, "receipt", "clear")
	cmd.Env = append(os.Environ(), "GORACE=atexit_sleep_ms=0", envData+"="+t.TempDir())
	ptmx, tty := ptytest.Open(t, 24, 80)
	ptytest.Start(t, cmd, tty)
	output := bufio.NewReader(ptmx)
	until := func(end string) (shown string) {
		for !strings.HasSuffix(shown, end) {
			c, err := output.ReadByte()
			if err != nil {
				t.Fatalf("the output ended after %q: %v", shown, err)
			}
			shown += string(c)
		}
		return shown
	}
	until("[y/N] ")
	if _, err := io.WriteString(ptmx, "\x03"); err != nil {
		t.Fatal(err)
	}
	rest, code := until("ended "), until("\r\n")
	if strings.TrimSpace(code) != strconv.Itoa(exitInterrupted) || !strings.Contains(rest, "interrupted") {
		t.Errorf("got exit code %s after %q, want %d and a note that it was interrupted", code, rest, exitInterrupted)
	}
}

func TestDeleteAsksOnATerminal(t *testing.T) {
	t.Parallel()
	data := t.TempDir()
	onTerminal(t, data, "webhook", "create", "--name", "acme", "--channel", "email")
	for _, step := range []struct{ answer, want string }{{"n\n", "nothing was done"}, {"y\n", "deleted acme"}} {
		output := typingOnTerminal(t, data, step.answer, "webhook", "delete", "acme")
		for _, want := range []string{"Delete webhook acme", "[y/N]", step.want} {
			if !strings.Contains(output, want) {
				t.Errorf("got %q, want it to contain %q", output, want)
			}
		}
	}
}

func TestBulkActionsAskOnATerminal(t *testing.T) {
	t.Parallel()
	data := t.TempDir()
	onTerminal(t, data, "webhook", "create", "--name", "acme", "--channel", "email")
	onTerminal(t, data, "fire", "sent", "--webhook", "acme", "--count", "3")
	onTerminal(t, data, "delivery", "cancel", "--filter", "status:sent", "--yes")
	onTerminal(t, data, "fire", "bounce", "--webhook", "acme", "--count", "2")
	for _, step := range []struct{ answer, want string }{{"\n", "nothing was done"}, {"y\n", "cancelled 2 of 5 deliveries; 3 could not be cancelled: 3 cancelled"}} {
		output := typingOnTerminal(t, data, step.answer, "delivery", "cancel", "--filter", "webhook:acme")
		for _, want := range []string{"3 cannot be cancelled: 3 cancelled. Cancel 2 of 5 deliveries? [y/N]", step.want} {
			if !strings.Contains(output, want) {
				t.Errorf("got %q, want it to contain %q", output, want)
			}
		}
	}
}
