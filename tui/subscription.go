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
	tenthGap  = 100 * time.Millisecond // instead of tickGap while the screen shows tenths of a second
)

type (
	changeMsg storage.Change
	noticeMsg string
	tickMsg   polled
)

// subscription waits, in commands, for events from outside: hints at changed records, banners, and
// the end of the console. Once a second it also polls what no hint reports.
type subscription struct {
	env     *screen.Env
	store   StatusStore
	changes <-chan storage.Change
	notices <-chan string // nil: none will come
	polled  polled        // the latest
}

// start returns the commands that wait.
func (s *subscription) start() tea.Cmd {
	return tea.Batch(s.awaitChange(), s.awaitNotice(), s.awaitEnd(), s.awaitTick())
}

// awaitChange waits for the next hint. It waits for a short time first, in which hints merge, so that
// many changes cause only a few reads a second.
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

// awaitNotice waits for the next banner.
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

// awaitTick waits until the screen has to be drawn again because a relative time or the polled state has
// changed.
func (s *subscription) awaitTick() tea.Cmd {
	done, before := s.env.Context.Done(), s.polled
	return func() tea.Msg {
		for pause(s.untilTick(), done) {
			if now := s.poll(); s.env.Stale() || now != before {
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

// polled is the state whose changes no hint reports: whether a leader is alive, why the store cannot be
// read, and the date, which decides whether times are shown with a date.
type polled struct {
	alive bool
	fault string
	day   string
}

// poll reads the polled state.
func (s *subscription) poll() polled {
	_, alive, err := s.store.Runtime(s.env.Context)
	p := polled{alive: alive, day: s.env.Now().In(s.env.Location).Format(time.DateOnly)}
	if err != nil {
		p.fault = err.Error()
	}
	return p
}
