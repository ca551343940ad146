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

// notifier reports by the terminal's bell and title, to a user who works elsewhere, that a delivery
// has failed for good or that a check has ended. It is off by default.
type notifier struct {
	store activity.Store
	ring  func(text string) // nil: the terminal cannot
	query screen.Query[[]storage.Activity]
	on    bool
	last  storage.ID // the newest activity that was read
	known bool       // last was read
	rung  bool       // the bell rang, and no key was pressed since then
}

// noticeLimit is how many activities are read after a change. The text names one of them and counts the others.
const noticeLimit = 1000

// refresh reads what has happened since the last time. The first read only finds the newest.
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

// noticeBinding turns the notices on or off. It has no key.
func (m *Model) noticeBinding() screen.Binding {
	b := screen.Binding{Help: "Ring the bell, and show in the title, when a delivery failed for good or a check ended", Word: "notice", Do: m.toggleNotice}
	if m.notice.on {
		b.Help = "No longer ring the bell when a delivery failed for good or a check ended"
	}
	return b
}

// toggleNotice turns the notices on or off, and keeps that in the settings. What happened while
// they were off is not announced afterwards.
func (m *Model) toggleNotice() tea.Cmd {
	m.notice.on, m.notice.known = !m.notice.on, false
	said := screen.Good("no notices any more")
	if m.notice.on {
		said = screen.Good("the bell rings, and the title says it, when a delivery failed for good or a check ended")
	}
	return tea.Batch(screen.Say(said), m.notice.refresh(storage.ChangedActivity), m.keep.keep(config.Notice(), m.notice.on))
}
