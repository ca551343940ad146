package tui

import (
	"slices"
	"time"

	"backchannel/tui/screen"

	tea "github.com/charmbracelet/bubbletea"
)

// A dispatch is the unfinished work that a key has started. Later keys wait for it, because
// the next one may be meant for the overlay that this one opens.
//
// Its commands run concurrently, but their answers are handled in the order of the commands,
// because of two overlays the second has to be on top.
type dispatch struct {
	steps   []*step       // the commands whose answers have not been handled yet, in order
	parts   int           // of the limit that have passed
	overdue bool          // neither keys nor its own commands wait for it any longer
	done    chan struct{} // closed once there are no steps
}

// A step is one command of a dispatch.
type step struct {
	answered bool
	msg      tea.Msg // its request to the root; nil: none
}

type (
	// stepMsg is the answer of a command of a dispatch.
	stepMsg struct {
		of   *dispatch
		step *step
		msg  tea.Msg
	}
	// waitedMsg says that another part of the limit of a dispatch has passed.
	waitedMsg struct{ of *dispatch }
)

// dispatchLimit is how long keys wait for a dispatch. Navigation takes microseconds. Reading from the
// store may take longer, and keys should not wait for that.
//
// The limit passes in parts. If the machine is so busy that this process gets no processor for
// longer than the limit, only one part passes, and keys still wait for the commands.
const (
	dispatchLimit = dispatchParts * dispatchPart
	dispatchParts = 6
	dispatchPart  = 5 * time.Millisecond
)

// dispatch runs the commands of a key, and makes later keys wait for them.
func (q *keyQueue) dispatch(cmd tea.Cmd) tea.Cmd {
	if cmd == nil {
		return nil
	}
	d := q.dispatched
	if d == nil {
		d = &dispatch{done: make(chan struct{})}
		q.dispatched = d
		return tea.Batch(d.run(0, cmd), d.limit())
	}
	return d.run(len(d.steps), cmd)
}

// run runs a command as a new step at an index.
func (d *dispatch) run(at int, cmd tea.Cmd) tea.Cmd {
	if cmd == nil {
		return nil
	}
	s := &step{}
	d.steps = slices.Insert(d.steps, at, s)
	return func() tea.Msg {
		msg := cmd()
		if msg == nil || asksRoot(msg) {
			return stepMsg{d, s, msg}
		}
		return tea.BatchMsg{screen.Send(msg), screen.Send(stepMsg{d, s, nil})}
	}
}

// next returns the index of the step to handle: the first one, once it is answered, or if the dispatch
// is overdue, the first answered one. It returns -1 if there is none.
func (d *dispatch) next() int {
	at := slices.IndexFunc(d.steps, func(s *step) bool { return s.answered })
	if at > 0 && !d.overdue {
		return -1
	}
	return at
}

// limit returns a command that waits for the next part of the limit to pass.
func (d *dispatch) limit() tea.Cmd {
	return func() tea.Msg {
		if pause(dispatchPart, d.done) {
			return waitedMsg{d}
		}
		return nil
	}
}

// asksRoot reports whether a message is a request to the root that may change the meaning of the next
// key.
func asksRoot(msg tea.Msg) bool {
	switch msg.(type) {
	case tea.BatchMsg, screen.OpenMsg, screen.CloseMsg, screen.OverlayMsg, screen.DismissMsg, screen.GoMsg, screen.CheckMsg, screen.MessageMsg, screen.ExecutionMsg, screen.DeliveriesMsg, screen.CopyMsg, screen.ContinueMsg:
		return true
	}
	return false
}

// answered records the answer of a command, and handles it when it is its turn.
func (q *keyQueue) answered(msg stepMsg) tea.Cmd {
	msg.step.answered, msg.step.msg = true, msg.msg
	return q.advance(msg.of)
}

// advance handles the answered steps. The commands that follow from a step take its place in the order.
func (q *keyQueue) advance(d *dispatch) tea.Cmd {
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
			cmds = append(cmds, d.run(at, q.target.update(asked)))
		}
		if len(d.steps) == 0 {
			close(d.done)
			q.forget(d)
		}
	}
	return tea.Batch(cmds...)
}

// waited lets keys continue, although a dispatch is not done, once all of its limit has passed.
func (q *keyQueue) waited(d *dispatch) tea.Cmd {
	if d.parts++; d.parts < dispatchParts {
		return d.limit()
	}
	d.overdue = true
	q.forget(d)
	return q.advance(d)
}

// forget ends the wait for a dispatch.
func (q *keyQueue) forget(d *dispatch) {
	if q.dispatched == d {
		q.dispatched = nil
	}
}
