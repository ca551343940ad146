package tui

import (
	"testing"
	"time"

	"backchannel/tui/screen"

	tea "github.com/charmbracelet/bubbletea"
)

// slowCommand returns a command that takes some time before it answers.
func slowCommand(d time.Duration, msg tea.Msg) tea.Cmd {
	return func() tea.Msg {
		time.Sleep(d)
		return msg
	}
}

func goToView(to screen.View) tea.Msg { return screen.GoMsg{View: to} }

// A slow command does not block the program. The keys after it wait, but only up to a limit.
func TestNothingWaitsInsideUpdate(t *testing.T) {
	t.Parallel()
	for _, duration := range []time.Duration{dispatchLimit / 2, dispatchLimit - 1, dispatchLimit + 1, time.Hour / 2} {
		testConsole(t, func(c *console) {
			began := time.Now()
			c.start(c.m.keys.dispatch(slowCommand(duration, nil)))
			c.press("3", "4")
			if waited := time.Since(began); waited != 0 {
				t.Errorf("a command of %s blocked the program for %s", duration, waited)
			}
			c.see("▸1 Webhooks")
			c.wait(min(duration, dispatchLimit))
			c.see("▸4 Receiver")
			if c.m.keys.dispatched != nil || len(c.m.keys.waiting) > 0 {
				t.Errorf("%d keys are still waiting", len(c.m.keys.waiting))
			}
		})
	}
}

// Requests are handled in the order of their commands, whichever command ends first.
func TestADispatchKeepsItsOrder(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name string
		cmd  tea.Cmd
		want screen.View
	}{
		{"the first ends last", tea.Batch(slowCommand(20*time.Millisecond, goToView(screen.ViewReceiver)), slowCommand(0, goToView(screen.ViewDeliveries))), screen.ViewDeliveries},
		{"nested", tea.Batch(tea.Batch(slowCommand(20*time.Millisecond, goToView(screen.ViewReceiver)), slowCommand(5*time.Millisecond, goToView(screen.ViewActivity))), slowCommand(0, goToView(screen.ViewDeliveries))), screen.ViewDeliveries},
		{"a command that returns others", tea.Batch(func() tea.Msg { return tea.BatchMsg{slowCommand(20*time.Millisecond, goToView(screen.ViewReceiver))} }, slowCommand(0, goToView(screen.ViewActivity))), screen.ViewActivity},
		{"another message between", tea.Batch(slowCommand(20*time.Millisecond, goToView(screen.ViewReceiver)), slowCommand(time.Millisecond, screen.ToastMsg{}), slowCommand(0, goToView(screen.ViewActivity))), screen.ViewActivity},
		{"too late to wait for", tea.Batch(slowCommand(2*dispatchLimit, goToView(screen.ViewReceiver)), slowCommand(0, goToView(screen.ViewDeliveries))), screen.ViewReceiver},
	} {
		t.Run(test.name, func(t *testing.T) {
			testConsole(t, func(c *console) {
				c.start(c.m.keys.dispatch(test.cmd))
				c.settle()
				for range 12 {
					c.wait(5 * time.Millisecond)
				}
				if c.m.views.current != test.want {
					t.Errorf("got view %d in front, want %d", c.m.views.current, test.want)
				}
			})
		})
	}
}
