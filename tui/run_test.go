package tui

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/charmbracelet/x/term"

	"backchannel/storage"
	"backchannel/tui/ptytest"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/x/ansi"
)

// waitLimit limits how long a test waits for an event, also on a busy machine.
const waitLimit = 30 * time.Second

// A terminalConsole is a console that runs on a pseudo-terminal.
type terminalConsole struct {
	t      *testing.T
	ptmx   *os.File // the person's end of the terminal
	tty    *os.File // the program's end of the terminal
	cooked *term.State
	ended  chan error
	mu     sync.Mutex // guards seen
	seen   bytes.Buffer
}

func openConsole(ctx context.Context, t *testing.T, cfg Config) *terminalConsole {
	t.Helper()
	return onTerminal(t, func(tty *os.File) error { return Run(ctx, cfg, tty, tty) })
}

// openTerminals holds the program's ends of the terminals, so that none is closed. After a panic,
// Bubble Tea does not wait for the goroutine that reads the size of the terminal, so it is unknown
// when its file may be closed.
var openTerminals struct {
	mu    sync.Mutex // guards files
	files []*os.File
}

func keepOpen(tty *os.File) {
	openTerminals.mu.Lock()
	defer openTerminals.mu.Unlock()
	openTerminals.files = append(openTerminals.files, tty)
}

// onTerminal runs a function on a pseudo-terminal.
func onTerminal(t *testing.T, run func(*os.File) error) *terminalConsole {
	t.Helper()
	ptmx, tty := ptytest.Open(t, 30, 120)
	keepOpen(tty)
	cooked, err := term.GetState(tty.Fd())
	if err != nil {
		t.Fatal(err)
	}
	p := &terminalConsole{t: t, ptmx: ptmx, tty: tty, cooked: cooked, ended: make(chan error, 1)}
	go p.watch()
	go func() { p.ended <- run(tty) }()
	return p
}

func (p *terminalConsole) watch() {
	buffer := make([]byte, 4096)
	for {
		n, err := p.ptmx.Read(buffer)
		p.mu.Lock()
		p.seen.Write(buffer[:n])
		p.mu.Unlock()
		if err != nil {
			return
		}
	}
}

func (p *terminalConsole) press(keys string) {
	p.t.Helper()
	if _, err := p.ptmx.WriteString(keys); err != nil {
		p.t.Fatal(err)
	}
}

// see waits until a text has been written to the terminal.
func (p *terminalConsole) see(text string) {
	p.t.Helper()
	var seen string
	for deadline := time.Now().Add(waitLimit); time.Now().Before(deadline); time.Sleep(5 * time.Millisecond) {
		p.mu.Lock()
		seen = p.seen.String()
		p.mu.Unlock()
		if strings.Contains(seen, text) {
			return
		}
	}
	p.t.Fatalf("%q was not written to the terminal within %s; the end of what was:\n%s", text, waitLimit, ansi.Strip(seen[max(0, len(seen)-4000):]))
}

// end waits until the console ends.
func (p *terminalConsole) end() error {
	p.t.Helper()
	select {
	case err := <-p.ended:
		return err
	case <-time.After(waitLimit):
		p.t.Fatalf("the console did not end within %s", waitLimit)
		return nil
	}
}

const (
	altScreenOn  = "\x1b[?1049h"
	altScreenOff = "\x1b[?1049l"
	cursorOn     = "\x1b[?25h"

	bracketedPasteOff = "\x1b[?2004l"
)

// realConfig returns the configuration of a console on a terminal, with these webhooks.
func realConfig(t *testing.T, webhooks ...storage.Webhook) (Config, *testStore) {
	t.Helper()
	rules := storage.Rules{Sources: noSources()}
	store := openStore(t, time.Now, rules)
	for _, w := range webhooks {
		store.AddWebhook(w)
	}
	return Config{Store: store, Rules: rules, PID: 4711, Renderer: darkTheme.renderer(), Dark: true}, store
}

func TestTheTerminalIsRestored(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name string
		stop func(*terminalConsole, context.CancelFunc)
	}{
		{"q", func(p *terminalConsole, _ context.CancelFunc) { p.press("q") }},
		{"ctrl+c", func(p *terminalConsole, _ context.CancelFunc) { p.press("\x03") }},
		{"cancelled context", func(_ *terminalConsole, cancel context.CancelFunc) { cancel() }},
	} {
		t.Run(test.name, func(t *testing.T) {
			ctx, cancel := context.WithCancel(context.Background())
			defer cancel()
			cfg, _ := realConfig(t)
			p := openConsole(ctx, t, cfg)
			p.see("No webhook yet")
			p.see(altScreenOn)
			test.stop(p, cancel)
			if err := p.end(); err != nil {
				t.Errorf("got error %v, want none", err)
			}
			p.see(altScreenOff)
			p.see(cursorOn)
			if state, err := term.GetState(p.tty.Fd()); err != nil || *state != *p.cooked {
				t.Errorf("the terminal is still raw (error %v)", err)
			}
		})
	}
}

// A panickingStore panics when its webhooks are read.
type panickingStore struct{ *testStore }

func (panickingStore) Webhooks(context.Context) ([]storage.Webhook, error) { panic("boom") }

func TestTheTerminalIsRestoredAfterAPanic(t *testing.T) {
	t.Parallel()
	for name, run := range map[string]func(*os.File) error{
		"in the store": func(tty *os.File) error {
			cfg, store := realConfig(t)
			cfg.Store = panickingStore{store}
			return Run(context.Background(), cfg, tty, tty)
		},
		"in Init":      func(tty *os.File) error { return runBomb(tty, bomb{init: true}) },
		"in Update":    func(tty *os.File) error { return runBomb(tty, bomb{update: true}) },
		"in View":      func(tty *os.File) error { return runBomb(tty, bomb{view: true}) },
		"in a command": func(tty *os.File) error { return runBomb(tty, bomb{command: true}) },
	} {
		t.Run(name, func(t *testing.T) {
			p := onTerminal(t, run)
			if err := p.end(); !errors.Is(err, errCrashed) {
				t.Errorf("got error %v, want errCrashed", err)
			}
			p.see(bracketedPasteOff)
			p.see(cursorOn)
			p.see(altScreenOff)
			p.dontSee("goroutine")
			if state, err := term.GetState(p.tty.Fd()); err != nil || *state != *p.cooked {
				t.Errorf("the terminal is still raw (error %v)", err)
			}
		})
	}
}

func runBomb(tty *os.File, b bomb) error {
	return newTerminal(tty).run(b, func(any, []byte) string { return "" }, tea.WithInput(tty), tea.WithoutSignalHandler())
}

func TestCopyReachesTheTerminal(t *testing.T) {
	t.Setenv("TMUX", "")
	t.Setenv("TERM", "xterm-256color")
	cfg, _ := realConfig(t, staging())
	p := openConsole(context.Background(), t, cfg)
	p.see("staging")
	p.press("y")
	p.see("Copy")
	p.press("1")
	p.see("52;c;" + base64.StdEncoding.EncodeToString([]byte(staging().URL)))
	p.press("q")
	if err := p.end(); err != nil {
		t.Error(err)
	}
}

// A copied text can be shown and selected, in case the terminal or tmux has discarded it.
func TestWhatWasCopiedIsShown(t *testing.T) {
	t.Setenv("TERM", "linux")
	t.Setenv("TMUX", "")
	hook := staging()
	hook.URL = "https://hooks.example.com/" + strings.Repeat("long/", 60)
	cfg, _ := realConfig(t, hook)
	p := openConsole(context.Background(), t, cfg)
	p.see("staging")
	p.press("Y")
	p.see("Nothing was copied yet")
	p.press("y1")
	p.see("copy URL: this terminal has no clipboard; Y shows it")
	p.dontSee("52;c;")
	p.press("Y")
	p.see(altScreenOff)
	p.see("URL:\r\n\r\n" + hook.URL + "\r\n")
	p.press("\r")
	p.press("q")
	if err := p.end(); err != nil {
		t.Error(err)
	}
}

func TestEndingWhileATextIsShown(t *testing.T) {
	t.Setenv("TMUX", "")
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	cfg, _ := realConfig(t, staging())
	p := openConsole(ctx, t, cfg)
	p.see("staging")
	p.press("y1Y")
	p.see("Press enter to go back")
	cancel()
	if err := p.end(); err != nil {
		t.Error(err)
	}
}

// Within tmux the text is given to tmux itself, because by default it ignores the sequences of
// programs.
func TestCopyingWithinTmux(t *testing.T) {
	for name, test := range map[string]struct{ script, want, loaded string }{
		"3.2 and later": {`cat > "$LOADED"; echo "$@" >> "$LOADED"`, "copied to tmux: prefix ] pastes it; sent to the terminal's clipboard too, unless tmux's set-clipboard is off", "a text\nload-buffer -w -\n"},
		"before":        {`[ "$2" = - ] || exit 1; cat > "$LOADED"`, "copied to tmux: prefix ] pastes it", "a text\n"},
		"failing":       {`exit 1`, "sent to the terminal's clipboard, which tmux lets through with set-clipboard on", ""},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			loaded := filepath.Join(dir, "loaded")
			if err := os.WriteFile(filepath.Join(dir, "tmux"), []byte("#!/bin/sh\n"+test.script+"\n"), 0o700); err != nil {
				t.Fatal(err)
			}
			t.Setenv("PATH", dir+":"+os.Getenv("PATH"))
			t.Setenv("LOADED", loaded)
			t.Setenv("TMUX", "/tmp/tmux-0/default,1,0")
			t.Setenv("TERM", "tmux-256color")
			out, err := os.Create(filepath.Join(dir, "out"))
			if err != nil {
				t.Fatal(err)
			}
			defer out.Close()
			how, err := newTerminal(out).copy(t.Context(), "a text\n")
			if err != nil || how != test.want {
				t.Errorf("copy = %q, %v, want %q and no error", how, err, test.want)
			}
			if got, _ := os.ReadFile(loaded); string(got) != test.loaded {
				t.Errorf("tmux got %q, want %q", got, test.loaded)
			}
		})
	}
}

func TestTerminalsWithoutAClipboard(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		term, program string
		want          bool
	}{{"linux", "", true}, {"dumb", "", true}, {"xterm-256color", "Apple_Terminal", true}, {"xterm-256color", "iTerm.app", false}, {"tmux-256color", "tmux", false}} {
		if got := hasNoClipboard(test.term, test.program); got != test.want {
			t.Errorf("hasNoClipboard(%q, %q) = %t, want %t", test.term, test.program, got, test.want)
		}
	}
}

func TestClipboardSequence(t *testing.T) {
	t.Parallel()
	plain := "\x1b]52;c;aGk=\a"
	for term, want := range map[string]string{
		"xterm-256color": plain,
		"tmux-256color":  plain + "\x1bPtmux;\x1b" + plain + "\x1b\\",
		"screen":         plain + "\x1bP" + plain + "\x1b\\",
	} {
		if got := clipboardSequence(term, "hi"); got != want {
			t.Errorf("on %s, got %q, want %q", term, got, want)
		}
	}
}
