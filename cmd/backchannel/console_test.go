package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/charmbracelet/x/term"
	"github.com/creack/pty"

	"backchannel/tui/ptytest"
)

// The modes that a console must turn off when it ends or is suspended.
const (
	altScreenOff      = "\x1b[?1049l"
	cursorOn          = "\x1b[?25h"
	bracketedPasteOff = "\x1b[?2004l"
)

// A terminalProgram is a program on a pseudo-terminal.
type terminalProgram struct {
	t       *testing.T
	ptmx    *os.File // the end at which the user reads and types
	cmd     *exec.Cmd
	cooked  *term.State // of the terminal before the program started
	mu      sync.Mutex  // guards written
	written bytes.Buffer
}

// startOnTerminal runs a program on a terminal of its own.
func startOnTerminal(t *testing.T, name string, args ...string) *terminalProgram {
	t.Helper()
	s := &terminalProgram{t: t, cmd: exec.CommandContext(t.Context(), name, args...)}
	s.cmd.Env = append(os.Environ(), "TERM=xterm-256color", "GORACE=atexit_sleep_ms=0", "PS1=$ ", "ENV=",
		envData+"="+t.TempDir(), envListen+"=127.0.0.1:0", "XDG_CONFIG_HOME="+t.TempDir())
	ptmx, tty := ptytest.Open(t, 30, 100)
	s.ptmx = ptmx
	var err error
	if s.cooked, err = term.GetState(ptmx.Fd()); err != nil {
		t.Fatal(err)
	}
	ptytest.Start(t, s.cmd, tty)
	go func() { _, _ = io.Copy(s, ptmx) }()
	return s
}

// Write receives what the program draws. It answers the query for the terminal's attributes.
func (s *terminalProgram) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if bytes.Contains(p, []byte("\x1b[c")) {
		_, _ = io.WriteString(s.ptmx, "\x1b[?62;c")
	}
	return s.written.Write(p)
}

// drawn returns what has been drawn since the text that consume found last.
func (s *terminalProgram) drawn() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.written.String()
}

// see waits until texts are drawn one after the other, and discards everything up to the last of them.
func (s *terminalProgram) see(texts ...string) {
	s.t.Helper()
	for _, text := range texts {
		if !holdsInTime(func() bool { return s.consume(text) }) {
			s.t.Fatalf("waited %s for %q; got %q", patience, text, s.drawn())
		}
	}
}

// consume discards everything up to the end of a text, and reports whether that has been drawn.
func (s *terminalProgram) consume(text string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	at := bytes.Index(s.written.Bytes(), []byte(text))
	if at >= 0 {
		s.written.Next(at + len(text))
	}
	return at >= 0
}

func (s *terminalProgram) press(keys string) {
	s.t.Helper()
	if _, err := io.WriteString(s.ptmx, keys); err != nil {
		s.t.Fatal(err)
	}
}

// ended waits for the program and returns its exit code.
func (s *terminalProgram) ended() int {
	s.t.Helper()
	done := make(chan int, 1)
	go func() { done <- exitOf(s.cmd.Wait()) }()
	select {
	case code := <-done:
		return code
	case <-time.After(patience):
		s.t.Fatalf("the program has not ended within %s; it has drawn %q", patience, s.drawn())
		return 0
	}
}

// wantExit waits for the program and checks its exit code.
func (s *terminalProgram) wantExit(want int) {
	s.t.Helper()
	if got := s.ended(); got != want {
		s.t.Errorf("got exit code %d, want %d; the program has drawn %q", got, want, s.drawn())
	}
}

// isCooked reports whether the terminal is in the mode that it had before the program started.
func (s *terminalProgram) isCooked() bool {
	s.t.Helper()
	now, err := term.GetState(s.ptmx.Fd())
	return err == nil && *now == *s.cooked
}

func startConsole(t *testing.T) *terminalProgram {
	t.Helper()
	program := programPath(t)
	s := startOnTerminal(t, program)
	s.see("No webhook yet")
	return s
}

func TestTheTerminalIsRestoredHoweverTheConsoleEnds(t *testing.T) {
	for name, end := range map[string]func(*terminalProgram){
		"q":       func(s *terminalProgram) { s.press("q") },
		"ctrl+c":  func(s *terminalProgram) { s.press("\x03") },
		"SIGINT":  func(s *terminalProgram) { _ = s.cmd.Process.Signal(syscall.SIGINT) },
		"SIGTERM": func(s *terminalProgram) { _ = s.cmd.Process.Signal(syscall.SIGTERM) },
		"SIGHUP":  func(s *terminalProgram) { _ = s.cmd.Process.Signal(syscall.SIGHUP) },
		"SIGTERM while typing": func(s *terminalProgram) {
			s.press("nacme")
			s.see("acme")
			_ = s.cmd.Process.Signal(syscall.SIGTERM)
		},
	} {
		t.Run(name, func(t *testing.T) {
			if name == "SIGHUP" && signal.Ignored(syscall.SIGHUP) {
				t.Skip("SIGHUP is ignored here, for example by nohup, and so by the console")
			}
			s := startConsole(t)
			if s.isCooked() {
				t.Fatal("the terminal is not raw while the console is running")
			}
			end(s)
			s.see(bracketedPasteOff, cursorOn, altScreenOff)
			s.wantExit(exitDone)
			if !s.isCooked() {
				t.Error("the terminal was not restored")
			}
		})
	}
}

// The system sends SIGHUP when a controlling terminal is closed. Any other terminal only ends the
// input.
func TestTheConsoleEndsWithItsTerminal(t *testing.T) {
	t.Parallel()
	program := programPath(t)
	for name, args := range map[string][]string{
		"controlling": {program}, "without SIGHUP": {"sh", "-c", "trap '' HUP; exec backchannel"},
	} {
		t.Run(name, func(t *testing.T) {
			s := startOnTerminal(t, args[0], args[1:]...)
			s.see("No webhook yet")
			if err := s.ptmx.Close(); err != nil {
				t.Fatal(err)
			}
			s.wantExit(exitDone)
		})
	}
}

// After a change of size a terminal may show anything, so everything is drawn again.
func TestResize(t *testing.T) {
	t.Parallel()
	s := startConsole(t)
	for _, size := range []pty.Winsize{{Rows: 24, Cols: 80}, {Rows: 50, Cols: 200}, {Rows: 20, Cols: 60}} {
		if err := pty.Setsize(s.ptmx, &size); err != nil {
			t.Fatal(err)
		}
		s.see("Webhooks", strings.Repeat("─", int(size.Cols)), "No webhook yet", fmt.Sprintf("\x1b[%d;1H", size.Rows), "help")
	}
	if err := pty.Setsize(s.ptmx, &pty.Winsize{Rows: 10, Cols: 30}); err != nil {
		t.Fatal(err)
	}
	s.see("30×10 is too small")
	s.press("\x03")
	s.see(bracketedPasteOff, cursorOn, altScreenOff)
	s.wantExit(exitDone)
}

func TestSuspendAndResume(t *testing.T) {
	t.Parallel()
	s := startOnTerminal(t, "sh", "-i")
	s.see("$ ")
	s.press("backchannel\n")
	s.see("No webhook yet")
	s.press("nacme")
	s.see("acme")
	s.press("\x1a")
	s.see(bracketedPasteOff, cursorOn, altScreenOff, "$ ")
	s.press("echo on the she''ll\n")
	s.see("on the shell\r\n", "$ ")
	s.press("fg\n")
	s.see("Create Feedback Webhook", "acme")
	s.press(" prod")
	s.see("prod")
	s.press("\x03")
	s.see(altScreenOff, "$ ")
	s.press("exit\n")
	s.wantExit(exitDone)
	if strings.Contains(s.drawn(), "goroutine") {
		t.Errorf("the console printed a stack trace: %q", s.drawn())
	}
}

// Undelivered events are reported after the screen has been left, so that the report stays visible.
func TestTheConsoleReportsWaitingDeliveriesWhenItEnds(t *testing.T) {
	t.Parallel()
	const prepare = "backchannel webhook create --name acme --channel email && backchannel webhook pause acme && backchannel fire sent --webhook acme --count 3 && "
	for name, keys := range map[string]string{"q": "q", "ctrl+c": "\x03"} {
		t.Run(name, func(t *testing.T) {
			s := startOnTerminal(t, "sh", "-c", prepare+"exec backchannel")
			s.see("Webhooks", "acme", "parked")
			s.press(keys)
			s.see(altScreenOff, "3 parked: acme is paused; resume it with backchannel webhook resume acme\r\n")
			s.wantExit(exitDone)
		})
	}
	s := startConsole(t)
	s.press("q")
	s.see(altScreenOff)
	if s.ended(); strings.Contains(s.drawn(), "is paused") {
		t.Errorf("no delivery is waiting, but the console reported some: %q", s.drawn())
	}
}

// The terminal reports the mouse after a key has turned that on, until the console ends.
func TestMouseOnATerminal(t *testing.T) {
	t.Parallel()
	const on, off = "\x1b[?1002h\x1b[?1006h", "\x1b[?1002l"
	s := startConsole(t)
	if strings.Contains(s.drawn(), on) {
		t.Error("mouse reporting is on before M was pressed")
	}
	s.press("M")
	s.see(on, "the mouse works here")
	s.press("\x1b[<0;16;1M\x1b[<0;16;1m") // the second tab
	s.see("No campaign yet")
	s.press("\x1b[<0;98;30M\x1b[<0;98;30m") // help in the footer
	s.see("Keys")
	s.press("\x1b[<65;50;15M\x03")
	s.see(off, altScreenOff)
	s.wantExit(exitDone)
}
