package tui

import (
	"time"

	"backchannel/storage"

	tea "github.com/charmbracelet/bubbletea"
)

const (
	changeGap = 50 * time.Millisecond // the least time between two hints
	tickGap   = time.Second
)

type (
	changeMsg storage.Change
	noticeMsg string
	tickMsg   pulse
)

// awaitChange waits for the next hint. It lets a moment pass first, in which
// further hints merge, so that a storm of them is a few a second here.
func (m *Model) awaitChange() tea.Cmd {
	changes, done := m.changes, m.env.Context.Done()
	return func() tea.Msg {
		if !pause(changeGap, done) {
			return nil
		}
		select {
		case change, ok := <-changes:
			if ok {
				return changeMsg(change)
			}
		case <-done:
		}
		return nil
	}
}

func pause(d time.Duration, done <-chan struct{}) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-done:
		return false
	}
}

func (m *Model) awaitNotice() tea.Cmd {
	notices, done := m.cfg.Notices, m.env.Context.Done()
	if notices == nil {
		return nil
	}
	return func() tea.Msg {
		select {
		case text, ok := <-notices:
			if ok {
				return noticeMsg(text)
			}
		case <-done:
		}
		return nil
	}
}

// awaitEnd quits when the program is told to end.
func (m *Model) awaitEnd() tea.Cmd {
	done := m.env.Context.Done()
	return func() tea.Msg {
		<-done
		return tea.Quit()
	}
}

// awaitTick lets seconds pass until the screen must be drawn once more: because how far
// from now something is has another text, or the pulse is another than before.
func (m *Model) awaitTick() tea.Cmd {
	done, before := m.env.Context.Done(), m.pulse
	return func() tea.Msg {
		for pause(storage.NextTick(tickGap), done) {
			if now := m.readPulse(); m.env.Stale() || now != before {
				return tickMsg(now)
			}
		}
		return nil
	}
}

// A pulse is what nobody hints at: that the one who delivers died, that the store cannot
// be read any more, that another day has begun, so that today's times are yesterday's.
type pulse struct {
	alive bool
	fault string
	day   string
}

func (m *Model) readPulse() pulse {
	e := m.env
	_, alive, err := m.cfg.Store.Runtime(e.Context)
	p := pulse{alive: alive, day: e.Now().In(e.Location).Format(time.DateOnly)}
	if err != nil {
		p.fault = err.Error()
	}
	return p
}
