package fire

import (
	"context"
	"time"

	"backchannel/fixtures/fire"
	"backchannel/storage"
	"backchannel/tui/screen"

	tea "github.com/charmbracelet/bubbletea"
)

// A run is what a key of the menu fired: one message's events, or a burst.
type run struct {
	spec     fire.Spec
	began    time.Time
	progress chan runMsg
	stop     context.CancelFunc
	queued   int
	stopped  bool       // by a person
	ended    bool       // all is queued that will be
	first    storage.ID // of its deliveries
	last     storage.ID
	told     bool // how it went
}

// runMsg tells what of a run was queued, and in the end how it went.
type runMsg struct {
	run    *run
	queued []storage.Delivery
	ended  bool
	err    error
}

// burst reports whether a run is of many messages, which are told of together.
func (r *run) burst() bool { return r.spec.Count > 1 }

// fire fires what a person chose, and remembers it.
func (f *Firer) fire(spec fire.Spec) tea.Cmd {
	f.last, f.shared.Targets.Chosen, f.channel = spec, spec.Webhook.ID, spec.Channel
	r := &run{spec: spec, began: f.shared.Now(), progress: make(chan runMsg, 64)}
	if r.burst() {
		if f.bursting() {
			return f.busy()
		}
		f.burst = r
	}
	return tea.Batch(f.shared.start(r, fire.Patience(spec.Webhook, f.shared.Status.Alive)), r.next(f.shared.Context))
}

// start runs a run beside the program, which hears of it through the run's channel: a run
// takes as long as its pace, and its events may wait for one another.
func (s *common) start(r *run, patience time.Duration) tea.Cmd {
	ctx, stop := context.WithCancel(s.Context)
	r.stop = stop
	tell := func(msg runMsg) error {
		select {
		case r.progress <- msg:
			return nil
		case <-s.Context.Done():
			return s.Context.Err()
		}
	}
	return func() tea.Msg {
		defer stop()
		plan, err := fire.NewPlan(r.spec, s.Builder())
		if err == nil {
			firer := fire.Firer{Store: s.Store, Plan: plan, Patience: patience}
			err = firer.Run(ctx, func(queued []storage.Delivery) error { return tell(runMsg{run: r, queued: queued}) })
		}
		_ = tell(runMsg{run: r, ended: true, err: err})
		return nil
	}
}

// next waits for the next news of a run.
func (r *run) next(ctx context.Context) tea.Cmd {
	return func() tea.Msg {
		select {
		case msg := <-r.progress:
			return msg
		case <-ctx.Done():
			return nil
		}
	}
}

// advance takes the news of a run, and waits for more.
func (f *Firer) advance(msg runMsg) tea.Cmd {
	r := msg.run
	r.queued += len(msg.queued)
	if n := len(msg.queued); n > 0 {
		r.last = msg.queued[n-1].ID
		if r.first == 0 {
			r.first = msg.queued[0].ID
		}
	}
	var more tea.Cmd
	if r.ended = msg.ended; !r.ended {
		more = r.next(f.shared.Context)
	}
	if r.burst() {
		return tea.Batch(f.tellBurst(r, msg.err), f.lookAtBurst(), more)
	}
	return tea.Batch(f.tell(msg.queued, msg.err), more)
}

// tell watches what was queued, or says why it was not.
func (f *Firer) tell(queued []storage.Delivery, err error) tea.Cmd {
	if err != nil {
		return screen.Say(screen.Bad(screen.OneLine(err)))
	}
	return f.watch.follow(queued)
}
