package tui

import (
	"context"
	"strconv"

	"backchannel/storage"
	"backchannel/tui/activity"
	"backchannel/tui/config"
	"backchannel/tui/screen"

	tea "github.com/charmbracelet/bubbletea"
)

// notifier rings the terminal's bell and changes its title when a delivery has failed for good or a check
// has ended, for a person who is working in another window. It is off by default.
type notifier struct {
	store activity.Store
	ring  func(text string) // nil: the terminal has no bell
	query screen.Query[[]storage.Activity]
	on    bool
	last  storage.ID // the newest activity that has been read
	known bool       // last has been set
	rung  bool       // the bell has rung, and no key has been pressed since then
}

// noticeLimit is how many activities are read at most after a change.
const noticeLimit = 1000

// refresh reads the activities since the last read. The first read only finds the newest one, so that the bell
// does not ring for what happened before.
func (n *notifier) refresh(c storage.Change) tea.Cmd {
	if !n.on || !c.Has(storage.ChangedActivity) {
		return nil
	}
	read, after, limit := n.store.Activities, n.last, noticeLimit
	if !n.known {
		limit = 1
	}
	return n.query.Ask(func(ctx context.Context) ([]storage.Activity, error) { return read(ctx, after, limit) })
}

// take rings if something has ended. It ignores errors, which the Activity view shows when it reads the same records.
func (n *notifier) take(msg tea.Msg) tea.Cmd {
	a, fresh, cmd := n.query.Take(msg)
	if !fresh || a.Err != nil {
		return cmd
	}
	text, more := "", 0
	for _, it := range a.Value {
		if it.ID <= n.last {
			continue // a read that began before the previous one was answered
		}
		n.last = it.ID
		switch {
		case !it.Ends():
		case text == "":
			text = it.Text
		default:
			more++
		}
	}
	if n.known && text != "" && n.on {
		n.say(text, more)
	}
	n.known = true
	return cmd
}

// say rings the bell and shows a text with the number of further events.
func (n *notifier) say(text string, more int) {
	if more > 0 {
		text += ", and " + strconv.Itoa(more) + " more"
	}
	n.rung = true
	if n.ring != nil {
		n.ring("backchannel: " + text)
	}
}

// seen restores the title once a key is pressed.
func (n *notifier) seen() {
	if n.rung && n.ring != nil {
		n.ring("")
	}
	n.rung = false
}

// noticeBinding returns the action that turns the notices on or off. It has no key, only a name in the palette.
func (m *Model) noticeBinding() screen.Binding {
	b := screen.Binding{Help: "Ring the bell, and show in the title, when a delivery failed for good or a check ended", Word: "notice", Do: m.toggleNotice}
	if m.notice.on {
		b.Help = "No longer ring the bell when a delivery failed for good or a check ended"
	}
	return b
}

// toggleNotice turns the notices on or off, and saves the setting. Forgetting the newest activity ensures that
// what happened while they were off is not announced afterwards.
func (m *Model) toggleNotice() tea.Cmd {
	m.notice.on, m.notice.known = !m.notice.on, false
	toast := screen.Good("notices are off")
	if m.notice.on {
		toast = screen.Good("the bell rings, and the title says why, when a delivery failed for good or a check ended")
	}
	return tea.Batch(screen.Say(toast), m.notice.refresh(storage.ChangedActivity), m.settings.save(config.Notice(), m.notice.on))
}
