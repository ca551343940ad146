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
	armed bool // enter opens what the latest toast names: no other key was pressed since it came
}

// toastOverMsg says that a toast may have had its time.
type toastOverMsg struct{}

// show shows a toast, in the place of an earlier one with its ID.
func (t *toaster) show(toast component.Toast) tea.Cmd {
	if !t.shown.Shows(toast.ID) {
		t.armed = true
	}
	t.shown.Push(t.env.Now(), toast)
	return tea.Batch(t.awaitExpiry(), t.record(toast))
}

// opens returns the key that opens what the latest toast names, as long as a person has not
// turned to something else: then enter belongs to the screen again.
func (t *toaster) opens() []screen.Binding {
	latest, ok := t.shown.Latest()
	if !ok || !t.armed || latest.Opens == nil {
		return nil
	}
	return []screen.Binding{{Keys: []string{"enter"}, Label: "open " + latest.Names, Do: func() tea.Cmd {
		t.armed = false
		return screen.Send(latest.Opens)
	}}}
}

// record records an error in Activity, because a toast may have no space for it. Toasts with
// an ID are left out: the outcome of deliveries is in Activity already, and an error of the
// store could not be recorded.
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

// expire removes the toasts that were shown long enough.
func (t *toaster) expire() tea.Cmd {
	t.shown.Expire(t.env.Now())
	return t.awaitExpiry()
}

// awaitExpiry waits until the next toast has had its time.
func (t *toaster) awaitExpiry() tea.Cmd {
	wait, any := t.shown.Wait(t.env.Now())
	if !any {
		return nil
	}
	return tea.Tick(wait, func(time.Time) tea.Msg { return toastOverMsg{} })
}
