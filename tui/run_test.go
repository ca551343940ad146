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
)

// waitLimit limits how long a test waits for an event, also on a busy machine.
const waitLimit = 30 * time.Second

// tty is a pseudo-terminal with the console on it.
type tty struct {
	t       *testing.T
	outside *os.File // the person's end of the terminal
	inside  *os.File // the program's end of the terminal
	cooked  *term.State
	ended   chan error
	mu      sync.Mutex // guards seen
	seen    bytes.Buffer
}

func openConsole(ctx context.Context, t *testing.T, cfg Config) *tty {
	t.Helper()
	return onTerminal(t, func(tty *os.File) error { return Run(ctx, cfg, tty, tty) })
}

// openTerminals holds the program's ends of the terminals. After a panic bubbletea does not wait for
// the goroutine that asks for the size, so it is unknown when one may be closed.
var openTerminals kept

type kept struct {
	mu    sync.Mutex // guards files
	files []*os.File
}

func (k *kept) keep(file *os.File) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.files = append(k.files, file)
}

// onTerminal runs a function on a pseudo-terminal.
func onTerminal(t *testing.T, run func(*os.File) error) *tty {
	t.Helper()
	outside, inside := ptytest.Open(t, 30, 120)
	openTerminals.keep(inside)
	cooked, err := term.GetState(inside.Fd())
	if err != nil {
		t.Fatal(err)
	}
	p := &tty{t: t, outside: outside, inside: inside, cooked: cooked, ended: make(chan error, 1)}
	go p.watch()
	go func() { p.ended <- run(inside) }()
	return p
}

func (p *tty) watch() {
	buffer := make([]byte, 4096)
	for {
		n, err := p.outside.Read(buffer)
		p.mu.Lock()
		p.seen.Write(buffer[:n])
		p.mu.Unlock()
		if err != nil {
			return
		}
	}
}

func (p *tty) press(keys string) {
	p.t.Helper()
	if _, err := p.outside.WriteString(keys); err != nil {
		p.t.Fatal(err)
	}
}

func (p *tty) see(text string) {
	p.t.Helper()
	for deadline := time.Now().Add(waitLimit); time.Now().Before(deadline); time.Sleep(5 * time.Millisecond) {
		p.mu.Lock()
		seen := p.seen.String()
		p.mu.Unlock()
		if strings.Contains(seen, text) {
			return
		}
	}
	p.t.Fatalf("%q never came", text)
}

func (p *tty) end() error {
	p.t.Helper()
	select {
	case err := <-p.ended:
		return err
	case <-time.After(waitLimit):
		p.t.Fatal("the console continues")
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
		stop func(*tty, context.CancelFunc)
	}{
		{"q", func(p *tty, _ context.CancelFunc) { p.press("q") }},
		{"ctrl+c", func(p *tty, _ context.CancelFunc) { p.press("\x03") }},
		{"told to end", func(_ *tty, cancel context.CancelFunc) { cancel() }},
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
				t.Errorf("ended with %v", err)
			}
			p.see(altScreenOff)
			p.see(cursorOn)
			if now, err := term.GetState(p.inside.Fd()); err != nil || *now != *p.cooked {
				t.Errorf("the terminal is still raw (%v)", err)
			}
		})
	}
}

// crashing is a store that panics while it is read.
type crashing struct{ *testStore }

func (crashing) Webhooks(context.Context) ([]storage.Webhook, error) { panic("boom") }

func TestTheTerminalIsRestoredAfterAPanic(t *testing.T) {
	t.Parallel()
	for name, run := range map[string]func(*os.File) error{
		"in the store": func(tty *os.File) error {
			cfg, store := realConfig(t)
			cfg.Store = crashing{store}
			return Run(context.Background(), cfg, tty, tty)
		},
		"in Init":      func(tty *os.File) error { return explode(tty, bomb{init: true}) },
		"in Update":    func(tty *os.File) error { return explode(tty, bomb{update: true}) },
		"in View":      func(tty *os.File) error { return explode(tty, bomb{view: true}) },
		"in a command": func(tty *os.File) error { return explode(tty, bomb{command: true}) },
	} {
		t.Run(name, func(t *testing.T) {
			p := onTerminal(t, run)
			if err := p.end(); !errors.Is(err, ErrCrashed) {
				t.Errorf("ended with %v", err)
			}
			p.see(bracketedPasteOff)
			p.see(cursorOn)
			p.see(altScreenOff)
			p.never("goroutine")
			if now, err := term.GetState(p.inside.Fd()); err != nil || *now != *p.cooked {
				t.Errorf("the terminal is still raw (%v)", err)
			}
		})
	}
}

func explode(tty *os.File, b bomb) error {
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
	p.never("52;c;")
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
	for name, test := range map[string]struct{ script, want, kept string }{
		"3.2 and later": {`cat > "$KEPT"; echo "$@" >> "$KEPT"`, "copied to tmux: prefix ] pastes it; sent to the terminal's clipboard too, unless tmux's set-clipboard is off", "a text\nload-buffer -w -\n"},
		"before":        {`[ "$2" = - ] || exit 1; cat > "$KEPT"`, "copied to tmux: prefix ] pastes it", "a text\n"},
		"gone":          {`exit 1`, "sent to the terminal's clipboard, which tmux lets through with set-clipboard on", ""},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			kept := filepath.Join(dir, "kept")
			if err := os.WriteFile(filepath.Join(dir, "tmux"), []byte("#!/bin/sh\n"+test.script+"\n"), 0o700); err != nil {
				t.Fatal(err)
			}
			t.Setenv("PATH", dir+":"+os.Getenv("PATH"))
			t.Setenv("KEPT", kept)
			t.Setenv("TMUX", "/tmp/tmux-0/default,1,0")
			t.Setenv("TERM", "tmux-256color")
			out, err := os.Create(filepath.Join(dir, "out"))
			if err != nil {
				t.Fatal(err)
			}
			defer out.Close()
			how, err := newTerminal(out).copy(t.Context(), "a text\n")
			if err != nil || how != test.want {
				t.Errorf("%q, %v", how, err)
			}
			if got, _ := os.ReadFile(kept); string(got) != test.kept {
				t.Errorf("tmux has %q, want %q", got, test.kept)
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
			t.Errorf("%s, %s: %v", test.term, test.program, got)
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
			t.Errorf("on %s: %q, want %q", term, got, want)
		}
	}
}
