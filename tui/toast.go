package tui

import (
	"context"
	"time"

	"backchannel/storage"
	"backchannel/tui/component"
	"backchannel/tui/screen"

	tea "github.com/charmbracelet/bubbletea"
)

// toaster shows toasts for a while, and records errors in Activity.
type toaster struct {
	env   *screen.Env
	add   func(context.Context, storage.Activity) error
	shown component.Toasts
	armed bool // enter opens what the latest toast names, because no other key has been pressed since
}

// toastOverMsg reports that a toast may have expired.
type toastOverMsg struct{}

// show shows a toast. It replaces an earlier one with the same ID.
func (t *toaster) show(toast component.Toast) tea.Cmd {
	if !t.shown.Shows(toast.ID) {
		t.armed = true
	}
	t.shown.Push(t.env.Now(), toast)
	return tea.Batch(t.awaitExpiry(), t.record(toast))
}

// opens returns the key that opens what the latest toast names. Once a person has pressed another key,
// enter belongs to the screen again, and it returns nil.
func (t *toaster) opens() []screen.Binding {
	latest, ok := t.shown.Latest()
	if !ok || !t.armed || latest.Opens == nil {
		return nil
	}
	return []screen.Binding{{Keys: []string{"enter"}, Label: "open " + latest.Names, Do: func() tea.Cmd { return screen.Send(latest.Opens) }}}
}

// record records an error in Activity, because a toast expires and may have no space for it. It omits
// toasts with an ID: the outcomes of deliveries are in Activity already, and an error of the store could
// not be recorded.
func (t *toaster) record(toast component.Toast) tea.Cmd {
	if toast.Outcome != component.Error || toast.ID != "" {
		return nil
	}
	ctx, add := t.env.Context, t.add
	return func() tea.Msg {
		_ = add(ctx, storage.Activity{Kind: storage.ActivityError, Text: toast.Text}) // it is on the screen
		return nil
	}
}

// expire removes the toasts whose time is up.
func (t *toaster) expire() tea.Cmd {
	t.shown.Expire(t.env.Now())
	return t.awaitExpiry()
}

// awaitExpiry waits until the next toast expires.
func (t *toaster) awaitExpiry() tea.Cmd {
	wait, any := t.shown.Wait(t.env.Now())
	if !any {
		return nil
	}
	return tea.Tick(wait, func(time.Time) tea.Msg { return toastOverMsg{} })
}
