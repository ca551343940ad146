package tuitest

import (
	"context"
	"io"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/charmbracelet/lipgloss"
	"github.com/charmbracelet/x/ansi"
	"github.com/muesli/termenv"

	"backchannel/storage"
	"backchannel/tui/screen"
	"backchannel/tui/style"

	tea "github.com/charmbracelet/bubbletea"
)

// A Driver drives one screen in the place of the console's root: it runs the bindings of keys,
// runs commands, tells the screen of changes in the store, and records what the screen requests
// from the root.
type Driver struct {
	*testing.T
	Store    *Store
	Env      *screen.Env
	Requests []tea.Msg // from the screen to the root, such as a screen.GoMsg; the latest is last

	front         screen.Screen
	changes       <-chan storage.Change
	width, height int

	mu    sync.Mutex // guards inbox
	inbox []tea.Msg
}

// Drive runs a test with one screen of 120 by 30 cells, without colours, in a synctest
// bubble. The function fill adds the records that exist when the screen opens.
func Drive(t *testing.T, fill func(*Store), open func(*screen.Env, *Store) screen.Screen, test func(*Driver)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(context.Background())
		defer time.Sleep(time.Hour) // until every timer has fired
		defer cancel()
		began := time.Now()
		now := func() time.Time { return Noon().Add(time.Since(began)) }
		store := OpenStore(t, now, storage.Rules{})
		fill(store)
		d := &Driver{T: t, Store: store, Env: env(ctx, now), changes: store.Changes(ctx), width: 120, height: 30}
		d.Env.Targets.Webhooks = store.AllWebhooks()
		d.front = open(d.Env, store)
		d.start(d.front.Refresh(storage.ChangedAll))
		d.settle()
		test(d)
	})
}

func env(ctx context.Context, now func() time.Time) *screen.Env {
	plain := lipgloss.NewRenderer(io.Discard)
	plain.SetColorProfile(termenv.Ascii)
	return &screen.Env{
		Times: screen.Times{Now: now, Location: time.UTC}, PID: 4711, Context: ctx, Theme: style.New(plain, true),
	}
}

// Press presses keys, named as Bubble Tea names them.
func (d *Driver) Press(keys ...string) {
	for _, key := range keys {
		d.key(keyMsg(key))
	}
}

// Write types text, a character at a time.
func (d *Driver) Write(text string) {
	for _, r := range text {
		d.key(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune{r}})
	}
}

// key runs a key's binding, or passes the key to the screen if it has none.
func (d *Driver) key(msg tea.KeyMsg) {
	typer, ok := d.front.(screen.Typer)
	typing := ok && typer.Typing()
	var cmd tea.Cmd
	switch name := msg.String(); {
	case name == "esc" || name == "q" && !typing:
		if backer, ok := d.front.(screen.Backer); ok {
			cmd, _ = backer.Back()
		}
	case typing && screen.Typed(msg):
		cmd = d.front.Update(msg)
	default:
		var bound bool
		if cmd, bound = screen.Run(d.front.Bindings(), name); !bound {
			cmd = d.front.Update(msg)
		}
	}
	d.start(cmd)
	d.settle()
}

// keyMsg returns a key by its name.
func keyMsg(name string) tea.KeyMsg {
	for k := tea.KeyType(-100); k < 128; k++ {
		if k != tea.KeyRunes && (tea.KeyMsg{Type: k}).String() == name {
			return tea.KeyMsg{Type: k}
		}
	}
	return tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune(name)}
}

// Wait lets time pass, and tells the screen of what has changed in the store.
func (d *Driver) Wait(duration time.Duration) {
	time.Sleep(duration)
	synctest.Wait()
	select {
	case change := <-d.changes:
		d.start(d.front.Refresh(change))
	default:
	}
	d.settle()
}

// start runs a command concurrently, as the program does.
func (d *Driver) start(cmd tea.Cmd) {
	if cmd == nil {
		return
	}
	go func() {
		msg := cmd()
		d.mu.Lock()
		defer d.mu.Unlock()
		d.inbox = append(d.inbox, msg)
	}()
}

// settle handles messages until there are none.
func (d *Driver) settle() {
	for {
		synctest.Wait()
		d.mu.Lock()
		msgs := d.inbox
		d.inbox = nil
		d.mu.Unlock()
		if len(msgs) == 0 {
			d.View() // from which the screen learns its size
			return
		}
		for _, msg := range msgs {
			d.handle(msg)
		}
	}
}

func (d *Driver) handle(msg tea.Msg) {
	switch msg := msg.(type) {
	case nil:
	case tea.BatchMsg:
		for _, cmd := range msg {
			d.start(cmd)
		}
	case screen.ContinueMsg:
		d.start(msg.Then())
	case screen.OpenMsg, screen.CloseMsg, screen.OverlayMsg, screen.DismissMsg, screen.GoMsg, screen.MessageMsg, screen.CheckMsg, screen.DeliveriesMsg,
		screen.ToastMsg, screen.CopyMsg, screen.QueuedMsg:
		d.Requests = append(d.Requests, msg)
	default:
		d.start(d.front.Update(msg))
	}
}

// Answer presses keys in the overlay that the screen requested last.
func (d *Driver) Answer(keys ...string) {
	d.Helper()
	overlay, ok := d.LastRequest().(screen.OverlayMsg)
	if !ok {
		d.Fatalf("got last request %#v, want an overlay", d.LastRequest())
	}
	for _, key := range keys {
		d.start(overlay.Overlay.Update(keyMsg(key)))
		d.settle()
	}
}

// LastRequest returns what the screen requested from the root last, or nil.
func (d *Driver) LastRequest() tea.Msg {
	if len(d.Requests) == 0 {
		return nil
	}
	return d.Requests[len(d.Requests)-1]
}

// Toast returns the text of the last toast that the screen requested, or "".
func (d *Driver) Toast() string {
	for i := len(d.Requests) - 1; i >= 0; i-- {
		if toast, ok := d.Requests[i].(screen.ToastMsg); ok {
			return toast.Toast.Text
		}
	}
	return ""
}

// Size changes the size of the screen.
func (d *Driver) Size(width, height int) {
	d.width, d.height = width, height
	d.settle()
}

// View returns what the screen draws, without colours.
func (d *Driver) View() string { return ansi.Strip(d.front.View(d.width, d.height)) }

// Position returns the position that the footer shows for the screen.
func (d *Driver) Position() string {
	if p, ok := d.front.(screen.Positioner); ok {
		return p.Position()
	}
	return ""
}

// See fails the test unless the screen shows all of these texts. Runs of spaces and line
// breaks count as one space.
func (d *Driver) See(texts ...string) {
	d.Helper()
	view := squeeze(d.View())
	for _, text := range texts {
		if !strings.Contains(view, squeeze(text)) {
			d.Fatalf("%q is not on the screen:\n%s", text, d.View())
		}
	}
}

// DontSee fails the test if the screen shows any of these texts.
func (d *Driver) DontSee(texts ...string) {
	d.Helper()
	view := squeeze(d.View())
	for _, text := range texts {
		if strings.Contains(view, squeeze(text)) {
			d.Fatalf("%q is on the screen:\n%s", text, d.View())
		}
	}
}

func squeeze(s string) string { return strings.Join(strings.Fields(s), " ") }

// Offers returns the label of a key's binding, or why the key does nothing, or "" if it has no
// binding.
func (d *Driver) Offers(key string) string {
	for _, b := range d.front.Bindings() {
		for _, k := range b.Keys {
			switch {
			case k != key:
			case b.Off != "":
				return b.Off
			default:
				return b.Label
			}
		}
	}
	return ""
}

// WantOffer fails the test unless a key offers want; see Offers.
func (d *Driver) WantOffer(key, want string) {
	d.Helper()
	if got := d.Offers(key); got != want {
		d.Errorf("the key %s offers %q, want %q", key, got, want)
	}
}
