package tui

import (
	"slices"

	"backchannel/storage"
	"backchannel/tui/campaigns"
	"backchannel/tui/check"
	"backchannel/tui/component"
	"backchannel/tui/deliveries"
	"backchannel/tui/screen"

	tea "github.com/charmbracelet/bubbletea"
)

// Update handles a message, and then the keys that waited for it.
func (m *Model) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	if key, ok := msg.(tea.KeyMsg); ok {
		m.notice.seen()
		return m, tea.Batch(m.keys.press(key), m.settings.saveFilters())
	}
	cmd := m.update(msg)
	return m, tea.Batch(cmd, m.keys.wake(), m.settings.saveFilters())
}

// update handles the messages for the root, and passes all others on.
func (m *Model) update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case tea.WindowSizeMsg:
		m.chrome.width, m.chrome.height = msg.Width, msg.Height
		return nil
	case changeMsg:
		return tea.Batch(m.refresh(storage.Change(msg)), m.hints.awaitChange())
	case noticeMsg:
		m.chrome.banner = string(msg)
		return m.hints.awaitNotice()
	case tickMsg:
		return m.tick(polled(msg))
	case stepMsg:
		return m.keys.answered(msg)
	case waitedMsg:
		return m.keys.waited(msg.of)
	case tea.ResumeMsg:
		return tea.Batch(tea.ClearScreen, m.refresh(storage.ChangedAll))
	case toastOverMsg:
		return m.toasts.expire()
	case tea.MouseMsg:
		return pointer{m}.point(msg)
	case savedMsg:
		return m.settings.written(msg.err)
	}
	if cmd, ok := m.handleRequest(msg); ok {
		return cmd
	}
	return m.broadcast(msg)
}

// handleRequest handles the messages with which screens and overlays make requests to the root. It
// returns false for any other message.
func (m *Model) handleRequest(msg tea.Msg) (tea.Cmd, bool) {
	switch msg := msg.(type) {
	case screen.OpenMsg:
		if msg.Over != nil {
			return m.views.jumpOver(*msg.Over, msg.Screen), true
		}
		return m.views.open(msg.Screen), true
	case screen.CloseMsg:
		cmd := m.views.close(msg.Screen)
		if msg.Then != nil {
			return tea.Batch(cmd, m.views.arrive(*msg.Then)), true
		}
		return cmd, true
	case screen.GoMsg:
		return m.views.jump(msg), true
	case screen.MessageMsg:
		return campaigns.OpenMessage(m.env, m.cfg.Store, msg.ID), true
	case screen.ExecutionMsg:
		return campaigns.OpenExecution(m.env, m.cfg.Store, msg.ID), true
	case screen.CheckMsg:
		return m.views.open(check.New(m.env, m.cfg.Store, m.cfg.Check, msg.Webhook, msg.At)), true
	case screen.DeliveriesMsg:
		return m.views.open(deliveries.NewList(m.env, m.cfg.Store, sender(m.env, m.cfg), msg.Title, msg.Query)), true
	case screen.OverlayMsg:
		m.overlays.show(msg.Overlay)
		return nil, true
	case screen.DismissMsg:
		m.overlays.dismiss(msg.Overlay)
		return nil, true
	case screen.ContinueMsg:
		if msg.Waited {
			m.env.Waiting--
		}
		return m.keys.dispatch(msg.Then()), true
	case screen.ToastMsg:
		return m.toasts.show(msg.Toast), true
	case screen.CopyMsg:
		return m.clipboard.copy(msg), true
	}
	return nil, false
}

// broadcast passes a message to everything that may wait for it: a command's answer does not say whose
// command it was.
func (m *Model) broadcast(msg tea.Msg) tea.Cmd {
	a, fresh, cmd := m.status.Take(msg)
	if fresh {
		m.env.Status = a.Value
		m.env.Status.Err = a.Err
	}
	cmds := []tea.Cmd{cmd, m.fire.Update(msg), m.execute.Update(msg), m.notice.take(msg)}
	cmds = append(cmds, m.overlays.update(msg)...)
	return tea.Batch(append(cmds, m.views.update(msg)...)...)
}

// tick reads the status if the polled state has changed, because no hint reports that the leader has
// died. Otherwise it only causes relative times to be drawn again.
func (m *Model) tick(now polled) tea.Cmd {
	changed := now != m.hints.polled
	m.hints.polled = now
	if changed {
		return tea.Batch(m.readStatus(), m.hints.awaitTick())
	}
	return m.hints.awaitTick()
}

// key passes a key to the front overlay, or else to the front screen with the user's keys.
func (m *Model) key(msg tea.KeyMsg) tea.Cmd {
	if cmd, ok := screen.Run(urgent(), msg.String()); ok {
		return cmd
	}
	switch {
	case m.chrome.tooSmall(): // a key must not act on what is not visible
		return nil
	case m.covered():
		return m.overlays.key(msg)
	}
	msg, moved := preferences{m}.remapped(msg)
	if moved != "" {
		return screen.Say(screen.AboutKeys(component.ShownKey(moved) + " replaces " + component.ShownKey(msg.String())))
	}
	return m.screenKey(msg)
}

// screenKey looks a key up in the latest toast, the front screen and the root, in this order.
func (m *Model) screenKey(msg tea.KeyMsg) tea.Cmd {
	front, key, opens := m.views.front(), msg.String(), m.toasts.opens()
	m.toasts.armed = false
	typed := typing(front)
	switch {
	case key == "esc" && (m.fire.Stop() || !typed && m.fire.Dismiss()):
		return nil
	case key == "esc" || !typed && (key == "q" || key == "backspace"):
		return m.back(key)
	case typed && screen.Typed(msg):
		return front.Update(msg)
	}
	if cmd, ok := screen.Run(slices.Concat(opens, front.Bindings(), m.globals()), key); ok {
		return cmd
	}
	if !typed && !isMovement(msg) {
		return screen.Say(screen.AboutKeys(noEffectText(msg) + "; ? explains every key"))
	}
	return front.Update(msg)
}

// isMovement reports whether a key is one of those that lists and texts handle.
func isMovement(msg tea.KeyMsg) bool { return slices.Contains(movingKeys(), msg.String()) }

// movingKeys returns the keys that move the cursor or the page.
func movingKeys() []string {
	return []string{"j", "k", "g", "G", "h", "l", "up", "down", "left", "right", "home", "end", "pgup", "pgdown", "ctrl+d", "ctrl+u"}
}

// noEffectText returns the text for a key that does nothing here.
func noEffectText(msg tea.KeyMsg) string {
	if msg.Paste {
		return "pasted text cannot be used here"
	}
	return component.ShownKey(msg.String()) + " does nothing here"
}

// back goes one step back. At the root of a view esc does nothing, and q quits unless more keys came in
// the same message: after q a person who quits types nothing more, but a pasted text continues.
func (m *Model) back(key string) tea.Cmd {
	cmd, done := m.views.back(key)
	switch {
	case !done && key == "esc":
		m.chrome.fault = ""
		return cmd
	case done:
		return cmd
	case key == "backspace":
		return screen.Say(screen.AboutKeys("there is no earlier place to go back to"))
	case m.keys.more:
		return screen.Say(screen.Warn("q with more keys right behind it looks like pasted text: press it alone to quit"))
	}
	return tea.Quit
}
