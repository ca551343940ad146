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

// Libraries that ask the terminal for its background colour wait five seconds for an answer, which
// a silent terminal never gives.
const stall = 5 * time.Second

func TestASilentTerminalDelaysNothing(t *testing.T) {
	t.Parallel()
	for _, line := range []string{"version", "--help", "webhook", "webhook create --help", "nonsense", "webhook list", "webhook delete nobody", "check --webhook nobody"} {
		t.Run(line, func(t *testing.T) {
			output, quick := "", false
			for range 3 { // a stall comes each time, a busy machine does not
				began := time.Now()
				output = onTerminal(t, t.TempDir(), strings.Fields(line)...)
				if quick = time.Since(began) < stall-time.Second; quick {
					break
				}
			}
			if !quick {
				t.Errorf("it stalls")
			}
			if strings.Contains(output, "\x1b") {
				t.Errorf("it wrote sequences that only a console may write: %q", output)
			}
			if output == "" {
				t.Error("it wrote nothing")
			}
		})
	}
}

// onTerminal runs the program on a silent terminal and returns what it wrote there.
func onTerminal(t *testing.T, data string, args ...string) string {
	t.Helper()
	return answering(t, data, "", args...)
}

// answering is like onTerminal, with text typed ahead.
func answering(t *testing.T, data, typed string, args ...string) string {
	t.Helper()
	program, err := exec.LookPath("backchannel")
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), program, args...)
	cmd.Env = append(os.Environ(), "TERM=xterm-256color", "GORACE=atexit_sleep_ms=0", envData+"="+data)
	terminal, inside := ptytest.Open(t, 24, 80)
	ptytest.Attach(t, cmd, inside)
	if _, err := io.WriteString(terminal, typed); err != nil {
		t.Fatal(err)
	}
	output, _ := io.ReadAll(terminal) // ends with EIO once the program has ended
	_ = cmd.Wait()
	return string(output)
}

func TestTablesFitTheTerminal(t *testing.T) {
	t.Parallel()
	for line := range strings.SplitSeq(onTerminal(t, t.TempDir(), "fixture", "list"), "\r\n") {
		if len([]rune(line)) > 80 {
			t.Errorf("%q is wider than the terminal", line)
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
			t.Errorf("%q is not in %q", want, output)
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
			t.Errorf("%q is not in %q", want, output)
		}
	}
	if one := onTerminal(t, data, "fire", "sent", "--webhook", "acme", "--wait", "--listen", "127.0.0.1:0"); strings.Contains(one, "p50") {
		t.Errorf("a single event has a histogram: %q", one)
	}
}

func TestCtrlCEndsAQuestion(t *testing.T) {
	t.Parallel()
	program, err := exec.LookPath("backchannel")
	if err != nil {
		t.Fatal(err)
	}
	// The shell keeps the terminal open until everything that the program wrote has been read.
	const shell = `trap : INT; "$0" "$@"; echo "ended $?"; read -r _`
	cmd := exec.CommandContext(t.Context(), "sh", "-c", shell, program, "receipt", "clear")
	cmd.Env = append(os.Environ(), "GORACE=atexit_sleep_ms=0", envData+"="+t.TempDir())
	terminal, inside := ptytest.Open(t, 24, 80)
	ptytest.Start(t, cmd, inside)
	output := bufio.NewReader(terminal)
	until := func(end string) (shown string) {
		for !strings.HasSuffix(shown, end) {
			c, err := output.ReadByte()
			if err != nil {
				t.Fatalf("it ended after %q: %v", shown, err)
			}
			shown += string(c)
		}
		return shown
	}
	until("[y/N] ")
	if _, err := io.WriteString(terminal, "\x03"); err != nil {
		t.Fatal(err)
	}
	rest, code := until("ended "), until("\r\n")
	if strings.TrimSpace(code) != strconv.Itoa(exitInterrupted) || !strings.Contains(rest, "interrupted") {
		t.Errorf("it exits %s after %q", code, rest)
	}
}

func TestDeleteAsksOnATerminal(t *testing.T) {
	t.Parallel()
	data := t.TempDir()
	onTerminal(t, data, "webhook", "create", "--name", "acme", "--channel", "email")
	for _, step := range []struct{ answer, want string }{{"n\n", "nothing was done"}, {"y\n", "deleted acme"}} {
		output := answering(t, data, step.answer, "webhook", "delete", "acme")
		for _, want := range []string{"Delete webhook acme", "[y/N]", step.want} {
			if !strings.Contains(output, want) {
				t.Errorf("%q is not in %q", want, output)
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
	for _, step := range []struct{ answer, want string }{{"\n", "nothing was done"}, {"y\n", "cancelled 2 of 5 deliveries; 3 could not be: 3 cancelled"}} {
		output := answering(t, data, step.answer, "delivery", "cancel", "--filter", "webhook:acme")
		for _, want := range []string{"3 cannot be cancelled: 3 cancelled. Cancel 2 of 5 deliveries? [y/N]", step.want} {
			if !strings.Contains(output, want) {
				t.Errorf("%q is not in %q", want, output)
			}
		}
	}
}
