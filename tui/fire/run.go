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
	stopped  bool           // a person has stopped it
	ended    bool           // no more events will be queued
	over     bool           // it has ended, and all deliveries are final
	follower *fire.Follower // nil unless it is a burst
}

// runMsg reports the deliveries that a run has queued, and at its end the error, if any.
type runMsg struct {
	run    *run
	queued []storage.Delivery
	ended  bool
	err    error
}

// burst reports whether a run fires the events of several messages, whose outcomes are reported together.
func (r *run) burst() bool { return r.spec.Count > 1 }

// String names a run in toasts and in the panel, as in "100 bounce on email → acme".
func (r *run) String() string { return fmt.Sprintf("%s → %s", r.spec, r.spec.Webhook.Name) }

// fire fires the spec, and remembers it for the next time. The channel for the run's reports is buffered, because
// the console takes one report per frame and queueing should not wait for that.
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

// start returns a command that executes a run and sends reports on its channel. It cannot return the reports as
// messages, because a command returns only one. Sending gives up when the console ends and not when the run is stopped,
// so that the last report of a stopped run still arrives.
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

// next returns a command that waits for the next report of a run.
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

// advance handles a report of a run, and waits for the next one unless it was the last.
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

// follow shows the outcomes of queued deliveries, or why they could not be queued.
func (f *Firer) follow(queued []storage.Delivery, err error) tea.Cmd {
	if err != nil {
		return screen.Say(screen.Bad(screen.OneLine(err)))
	}
	return f.watch.follow(queued)
}
