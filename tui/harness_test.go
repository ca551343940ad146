package tui

import (
	"context"
	"fmt"
	"io"
	"io/fs"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"backchannel/tui/tuitest"

	"github.com/charmbracelet/lipgloss"
	"github.com/charmbracelet/x/ansi"
	"github.com/muesli/termenv"

	"backchannel/receiver/executions"
	"backchannel/storage"
	"backchannel/storage/export"

	tea "github.com/charmbracelet/bubbletea"
)

// console drives a Model as a tea.Program would, without a terminal. It lives in a synctest bubble:
// commands run in goroutines, time passes only when a test lets it, and settle returns once nothing
// more happens by itself.
type console struct {
	t        *testing.T
	m        *Model
	store    *testStore
	skipped  atomic.Int64    // time that passed while the machine was suspended
	resent   []string        // the URL and the bytes
	sender   storage.Webhook // of the last of these
	exported []export.Request
	copied   []string
	readFile func(ctx context.Context, path string) ([]byte, error) // by the form; nil: there are no files
	quit     bool
	drawn    string     // what was drawn after the latest message; empty until asked for
	rapid    bool       // keys come faster than frames are drawn
	mu       sync.Mutex // guards inbox
	inbox    []tea.Msg

	delivered int // messages, after each of which the program draws
}

func noon() time.Time          { return tuitest.Noon() }
func acme() storage.Webhook    { return tuitest.Acme() }
func staging() storage.Webhook { return tuitest.Staging() }

// testConsole runs a test with a console of 120 by 30 cells, without colours.
func testConsole(t *testing.T, test func(*console)) {
	t.Helper()
	testConsoleWith(t, plainTheme, test)
}

func testConsoleWith(t *testing.T, th theme, test func(*console)) {
	t.Helper()
	testConsoleOn(t, th, func(s *testStore) Store { return s }, test)
}

// testConsoleOn runs a test with a console on the store that wrap returns.
func testConsoleOn(t *testing.T, th theme, wrap func(*testStore) Store, test func(*console)) {
	t.Helper()
	testConsoleOf(t, th, func(cfg *Config, s *testStore) { cfg.Store = wrap(s) }, test)
}

// testConsoleOf runs a test with a console whose configuration it changes.
func testConsoleOf(t *testing.T, th theme, change func(*Config, *testStore), test func(*console)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(context.Background())
		defer time.Sleep(time.Hour) // until every timer has gone off
		defer cancel()
		began := time.Now()
		c := &console{t: t}
		now := func() time.Time { return noon().Add(time.Since(began) + time.Duration(c.skipped.Load())) }
		c.store = openStore(t, now, c.rules())
		cfg := Config{
			Store: c.store, Now: now, Location: time.UTC, PID: 4711, Version: "1.2.3",
			Rules:    c.rules(),
			Renderer: th.renderer(), Dark: th == darkTheme,
			Rand:       zeros{},
			Executions: executions.New(ctx, c.store.Store.Store, executions.Config{Now: now}),
			Copy: func(_ context.Context, text string) (string, error) {
				c.copied = append(c.copied, text)
				return "copied", nil
			},
			Resend: func(_ context.Context, r storage.Receipt, sender storage.Webhook) (storage.Attempt, error) {
				c.resent = append(c.resent, sender.URL+" "+string(r.Body))
				c.sender = sender
				return storage.Attempt{Code: 204}, nil
			},
			Export: func(_ context.Context, e export.Request) (export.Result, error) {
				c.exported = append(c.exported, e)
				if !e.Replace && strings.HasPrefix(e.Path, "taken") {
					return export.Result{}, fmt.Errorf("%s: %w", e.Path, fs.ErrExist)
				}
				return export.Result{Receipts: max(1, len(e.IDs)), Path: "/here/" + e.Path}, nil
			},
		}
		change(&cfg, c.store)
		c.m = New(ctx, cfg)
		c.start(c.m.Init())
		c.size(120, 30)
		test(c)
	})
}

// zeros is a reader of zeros, from which every ID is the same.
type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}

// start runs a command in a goroutine, as tea.Program does.
func (c *console) start(cmd tea.Cmd) {
	if cmd == nil {
		return
	}
	go func() {
		msg := cmd()
		if batch, ok := msg.(tea.BatchMsg); ok {
			for _, cmd := range batch {
				c.start(cmd)
			}
			return
		}
		c.mu.Lock()
		defer c.mu.Unlock()
		c.inbox = append(c.inbox, msg)
	}()
}

// settle updates the model with messages until there are none.
func (c *console) settle() {
	for {
		synctest.Wait()
		c.mu.Lock()
		msgs := c.inbox
		c.inbox = nil
		c.mu.Unlock()
		if len(msgs) == 0 {
			if !c.rapid {
				c.view()
			}
			return
		}
		for _, msg := range msgs {
			c.deliver(msg)
		}
	}
}

func (c *console) deliver(msg tea.Msg) {
	switch msg.(type) {
	case nil:
		return
	case tea.QuitMsg:
		c.quit = true
		return
	}
	c.delivered++
	c.drawn = ""
	_, cmd := c.m.Update(msg)
	c.start(cmd)
}

// send updates the model with a message and waits until the console is idle.
func (c *console) send(msg tea.Msg) {
	c.deliver(msg)
	c.settle()
}

func (c *console) size(width, height int) { c.send(tea.WindowSizeMsg{Width: width, Height: height}) }

// wait lets time pass. The limit of a dispatch passes in parts, each of which has to be handled.
func (c *console) wait(d time.Duration) {
	for range dispatchParts {
		part := min(d, dispatchPart)
		time.Sleep(part)
		c.settle()
		if d -= part; d == 0 {
			return
		}
	}
	time.Sleep(d)
	c.settle()
}

// press presses keys, which have the names of bubbletea.
func (c *console) press(keys ...string) {
	for _, k := range keys {
		c.send(keyMsg(k))
	}
}

// write types a text character by character.
func (c *console) write(text string) {
	for _, r := range text {
		c.send(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune{r}})
	}
}

// paste pastes a text as terminals do, with \r at the ends of lines.
func (c *console) paste(text string) {
	runes := []rune(strings.ReplaceAll(text, "\n", "\r"))
	c.send(tea.KeyMsg{Type: tea.KeyRunes, Runes: runes, Paste: true})
}

// openBreaker opens the circuit breaker of acme.
func (c *console) openBreaker(until time.Time) {
	c.t.Helper()
	c.must(c.store.SaveBreaker(c.m.env.Context, storage.Breaker{WebhookID: acme().ID, Failures: 10, OpenUntil: until}))
}

func (c *console) must(err error) {
	c.t.Helper()
	if err != nil {
		c.t.Fatal(err)
	}
}

func keyMsg(name string) tea.KeyMsg {
	alt := strings.HasPrefix(name, "alt+")
	name = strings.TrimPrefix(name, "alt+")
	if name == "space" {
		name = " "
	}
	for k := tea.KeyType(-200); k < 128; k++ {
		if k != tea.KeyRunes && (tea.KeyMsg{Type: k}).String() == name {
			if k == tea.KeySpace {
				return tea.KeyMsg{Type: k, Runes: []rune{' '}}
			}
			return tea.KeyMsg{Type: k, Alt: alt}
		}
	}
	return tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune(name), Alt: alt}
}

// view returns the screen.
func (c *console) view() string {
	if c.drawn == "" {
		c.drawn = c.m.View()
	}
	return c.drawn
}

// screen returns the screen without colours.
func (c *console) screen() string { return ansi.Strip(c.view()) }

// see fails unless the screen shows all of these texts. Runs of spaces and line
// breaks count as one space.
func (c *console) see(texts ...string) {
	c.t.Helper()
	screen := squeeze(c.screen())
	for _, text := range texts {
		if !strings.Contains(screen, squeeze(text)) {
			c.t.Fatalf("%q is not on the screen:\n%s", text, c.screen())
		}
	}
}

// dontSee fails if the screen shows any of these texts.
func (c *console) dontSee(texts ...string) {
	c.t.Helper()
	screen := squeeze(c.screen())
	for _, text := range texts {
		if strings.Contains(screen, squeeze(text)) {
			c.t.Fatalf("%q is on the screen:\n%s", text, c.screen())
		}
	}
}

func squeeze(s string) string { return strings.Join(strings.Fields(s), " ") }

// theme is one of the three themes.
type theme string

const (
	darkTheme  theme = "dark"
	lightTheme theme = "light"
	plainTheme theme = "plain" // NO_COLOR
)

func (th theme) renderer() *lipgloss.Renderer {
	r := lipgloss.NewRenderer(io.Discard)
	r.SetColorProfile(termenv.TrueColor)
	if th == plainTheme {
		r.SetColorProfile(termenv.Ascii)
	}
	return r
}

// rules returns the rules of the store, with the files that the test provides.
func (c *console) rules() storage.Rules {
	sources := noSources()
	none := sources.ReadFile
	sources.ReadFile = func(ctx context.Context, path string) ([]byte, error) {
		if c.readFile != nil {
			return c.readFile(ctx, path)
		}
		return none(ctx, path)
	}
	return storage.Rules{Sources: sources}
}

// noSources returns sources without files and variables.
func noSources() storage.Sources {
	return storage.Sources{
		Env:      func(string) (string, bool) { return "", false },
		ReadFile: func(context.Context, string) ([]byte, error) { return nil, fs.ErrNotExist },
	}
}
