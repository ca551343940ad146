package tui

import (
	"slices"
	"time"

	"backchannel/tui/screen"

	tea "github.com/charmbracelet/bubbletea"
)

// A dispatch is what a key brought about and is not done yet. The keys behind it wait: the
// next one may be meant for the overlay that this one opens.
//
// Its commands run at once, beside one another, but what they ask is done in their order: of
// two overlays the second one has to be on top.
type dispatch struct {
	steps   []*step       // commands whose answer was not taken yet, in order
	overdue bool          // nobody waits for it any more, so nor does one command for another
	done    chan struct{} // closed once there are no steps
}

// A step is one command of a dispatch.
type step struct {
	answered bool
	msg      tea.Msg // what it asks of the console, if anything
}

type (
	// stepMsg is what a command of a dispatch answered.
	stepMsg struct {
		of   *dispatch
		step *step
		msg  tea.Msg
	}
	// overdueMsg says that a dispatch has taken so long that keys wait for it no more.
	overdueMsg struct{ of *dispatch }
)

// dispatchLimit is how long keys wait for a dispatch. Moving about takes microseconds,
// unless the machine is busy; the store may take longer, and nobody waits for that.
const dispatchLimit = 30 * time.Millisecond

// dispatch runs what a key brought about, and has the keys behind it wait for that.
func (m *Model) dispatch(cmd tea.Cmd) tea.Cmd {
	if cmd == nil {
		return nil
	}
	d := m.dispatched
	if d == nil {
		d = &dispatch{done: make(chan struct{})}
		m.dispatched = d
		return tea.Batch(d.run(0, cmd), d.limit())
	}
	return d.run(len(d.steps), cmd)
}

// run runs a command as the step at an index, before those that are there.
func (d *dispatch) run(at int, cmd tea.Cmd) tea.Cmd {
	if cmd == nil {
		return nil
	}
	s := &step{}
	d.steps = slices.Insert(d.steps, at, s)
	return func() tea.Msg {
		msg := cmd()
		if msg == nil || asksConsole(msg) {
			return stepMsg{d, s, msg}
		}
		return tea.BatchMsg{screen.Send(msg), screen.Send(stepMsg{d, s, nil})}
	}
}

// next is the step to take, or -1: the first one, once it was answered.
func (d *dispatch) next() int {
	at := slices.IndexFunc(d.steps, func(s *step) bool { return s.answered })
	if at > 0 && !d.overdue {
		return -1
	}
	return at
}

// limit tells when a dispatch takes too long, and nothing if it does not.
func (d *dispatch) limit() tea.Cmd {
	return func() tea.Msg {
		if pause(dispatchLimit, d.done) {
			return overdueMsg{d}
		}
		return nil
	}
}

// asksConsole reports whether a message asks something of the console that the next key may
// depend on.
func asksConsole(msg tea.Msg) bool {
	switch msg.(type) {
	case tea.BatchMsg, screen.OpenMsg, screen.CloseMsg, screen.OverlayMsg, screen.DismissMsg, screen.GoMsg, screen.CopyMsg, screen.ContinueMsg:
		return true
	}
	return false
}

// answered takes what a command of a dispatch answered, in its turn.
func (m *Model) answered(msg stepMsg) tea.Cmd {
	msg.step.answered, msg.step.msg = true, msg.msg
	return m.advance(msg.of)
}

// advance does what the answered steps ask; what follows from that takes their place.
func (m *Model) advance(d *dispatch) tea.Cmd {
	var cmds []tea.Cmd
	for at := d.next(); at >= 0; at = d.next() {
		asked := d.steps[at].msg
		d.steps = slices.Delete(d.steps, at, at+1)
		switch asked := asked.(type) {
		case nil:
		case tea.BatchMsg:
			for _, cmd := range slices.Backward(asked) {
				cmds = append(cmds, d.run(at, cmd))
			}
		default:
			cmds = append(cmds, d.run(at, m.update(asked)))
		}
		if len(d.steps) == 0 {
			close(d.done)
			m.forget(d)
		}
	}
	return tea.Batch(cmds...)
}

// release lets the keys go on although a dispatch is not done.
func (m *Model) release(d *dispatch) tea.Cmd {
	d.overdue = true
	m.forget(d)
	return m.advance(d)
}

func (m *Model) forget(d *dispatch) {
	if m.dispatched == d {
		m.dispatched = nil
	}
}
