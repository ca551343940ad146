package tui

import (
	"time"

	"backchannel/storage"
	"backchannel/tui/screen"

	tea "github.com/charmbracelet/bubbletea"
)

const (
	changeGap = 50 * time.Millisecond // the minimum time between two hints
	tickGap   = time.Second
	tenthGap  = 100 * time.Millisecond // instead, while tenths of a second are on the screen
)

type (
	changeMsg storage.Change
	noticeMsg string
	tickMsg   pulse
)

// subscription waits, in commands, for events from outside: hints at changed records, banners, and
// the end of the console. Once a second it also checks what no hint reports.
type subscription struct {
	env     *screen.Env
	store   StatusStore
	changes <-chan storage.Change
	notices <-chan string // nil: there will be none
	pulse   pulse         // the latest
}

// start waits for everything that does not come from the keyboard.
func (s *subscription) start() tea.Cmd {
	return tea.Batch(s.awaitChange(), s.awaitNotice(), s.awaitEnd(), s.awaitTick())
}

// awaitChange waits for the next hint. It first lets a short time pass in which hints merge,
// so that many changes cause only a few reads a second.
func (s *subscription) awaitChange() tea.Cmd {
	changes, done := s.changes, s.env.Context.Done()
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

// pause waits, and reports whether it was not interrupted.
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

// awaitNotice waits for a message of the process, such as of the receiver.
func (s *subscription) awaitNotice() tea.Cmd {
	notices, done := s.notices, s.env.Context.Done()
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

// awaitEnd quits when the console's context ends.
func (s *subscription) awaitEnd() tea.Cmd {
	done := s.env.Context.Done()
	return func() tea.Msg {
		<-done
		return tea.Quit()
	}
}

// awaitTick waits until the screen has to be drawn again because a relative time or the pulse
// has changed.
func (s *subscription) awaitTick() tea.Cmd {
	done, before := s.env.Context.Done(), s.pulse
	return func() tea.Msg {
		for pause(s.untilTick(), done) {
			if now := s.readPulse(); s.env.Stale() || now != before {
				return tickMsg(now)
			}
		}
		return nil
	}
}

// untilTick returns the time until the next tick. Ticks come more often while something on the
// screen counts in tenths of a second.
func (s *subscription) untilTick() time.Duration {
	if s.env.Tenths() {
		return storage.NextTick(tenthGap)
	}
	return storage.NextTick(tickGap)
}

// A pulse is the state whose changes no hint reports: that the leader has died, that the store can no longer be
// read, and that a new day has begun, on which today's times are yesterday's.
type pulse struct {
	alive bool
	fault string
	day   string
}

// readPulse reads what may change without a hint: whether a leader is alive, whether the store
// can be read, and the date, which decides how times are shown.
func (s *subscription) readPulse() pulse {
	_, alive, err := s.store.Runtime(s.env.Context)
	p := pulse{alive: alive, day: s.env.Now().In(s.env.Location).Format(time.DateOnly)}
	if err != nil {
		p.fault = err.Error()
	}
	return p
}
