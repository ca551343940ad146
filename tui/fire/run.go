package fire

import (
	"context"
	"fmt"
	"time"

	"backchannel/fixtures/fire"
	"backchannel/storage"
	"backchannel/tui/screen"

	tea "github.com/charmbracelet/bubbletea"
)

// A run is the firing of one spec: the events of one message, or a burst.
type run struct {
	spec     fire.Spec
	began    time.Time
	progress chan runMsg
	stop     context.CancelFunc
	queued   int
	stopped  bool           // by a person
	ended    bool           // nothing more will be queued
	over     bool           // and all of it is final
	follower *fire.Follower // of a burst
}

// runMsg reports what a run has queued, and at its end the error, if any.
type runMsg struct {
	run    *run
	queued []storage.Delivery
	ended  bool
	err    error
}

// burst reports whether a run has many messages, which are reported together.
func (r *run) burst() bool { return r.spec.Count > 1 }

// String names a run in toasts and in the panel, as in "100 bounce on email → acme".
func (r *run) String() string { return fmt.Sprintf("%s → %s", r.spec, r.spec.Webhook.Name) }

// fire fires what a person chose, and remembers it for the next time. The channel of the run's
// progress has a buffer, so that queueing does not wait for each frame of the console.
func (f *Firer) fire(spec fire.Spec) tea.Cmd {
	f.last.spec, f.last.channel, f.env.Targets.Chosen = spec, spec.Channel, spec.Webhook.ID
	r := &run{spec: spec, began: f.env.Now(), progress: make(chan runMsg, 64)}
	if r.burst() {
		if f.burst.running() {
			return f.burst.refuse()
		}
		f.burst.begin(r)
	}
	return tea.Batch(f.start(r, fire.Patience(spec.Webhook, f.env.Status.Alive)), r.next(f.env.Context))
}

// start runs a run in a command of its own, which reports on the run's channel: a run takes as
// long as its rate says, its events may wait for one another, and a command returns one message
// only. Reports wait for the console rather than for the run, so that the last one arrives after
// a run was stopped too.
func (f *Firer) start(r *run, patience time.Duration) tea.Cmd {
	ctx, stop := context.WithCancel(f.env.Context)
	r.stop = stop
	console, builder := f.env.Context, f.env.Builder()
	report := func(msg runMsg) error {
		select {
		case r.progress <- msg:
			return nil
		case <-console.Done():
			return console.Err()
		}
	}
	return func() tea.Msg {
		defer stop()
		plan, err := fire.NewPlan(r.spec, builder)
		if err == nil {
			firer := fire.Firer{Store: f.store, Plan: plan, Patience: patience}
			err = firer.Run(ctx, func(queued []storage.Delivery) error { return report(runMsg{run: r, queued: queued}) })
		}
		_ = report(runMsg{run: r, ended: true, err: err})
		return nil
	}
}

// next waits for the next report of a run.
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

// advance takes a report of a run, and waits for the next unless it was the last.
func (f *Firer) advance(msg runMsg) tea.Cmd {
	r := msg.run
	r.queued += len(msg.queued)
	var more tea.Cmd
	if r.ended = msg.ended; !r.ended {
		more = r.next(f.env.Context)
	}
	if r.burst() {
		return tea.Batch(f.burst.report(msg), more)
	}
	return tea.Batch(f.follow(msg.queued, msg.err), more)
}

// follow reports the outcome of what was queued, or why it was not.
func (f *Firer) follow(queued []storage.Delivery, err error) tea.Cmd {
	if err != nil {
		return screen.Say(screen.Bad(screen.OneLine(err)))
	}
	return f.watch.follow(queued)
}
