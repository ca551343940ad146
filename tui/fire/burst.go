package fire

import (
	"context"
	"strings"
	"time"

	"backchannel/fixtures/fire"
	"backchannel/storage"
	"backchannel/tui/component"
	"backchannel/tui/screen"

	tea "github.com/charmbracelet/bubbletea"
)

// burstToast is the ID of toasts about bursts, each of which replaces the one before.
const burstToast = "burst"

// A burst fires one burst at a time, and shows its progress and then its outcome in a panel.
type burst struct {
	env      *screen.Env
	store    Store
	run      *run // the latest; nil: none yet
	query    screen.Query[reading]
	progress fire.Progress
	pace     pace
	hidden   bool // a person has hidden the panel
}

// A reading is the progress of a run as it was read. It includes the run, because another one may have
// started meanwhile.
type reading struct {
	run *run
	fire.Progress
}

// running reports whether the latest run is still queueing events. Delivering them may take longer.
func (b *burst) running() bool { return b.run != nil && !b.run.stopped && !b.run.ended }

// refuse shows that a burst is running, and how to stop it.
func (b *burst) refuse() tea.Cmd {
	return b.say(b.run, screen.Warn("A burst is running: esc stops it"))
}

// begin shows the progress of another run.
func (b *burst) begin(r *run) {
	r.follower = &fire.Follower{Store: b.store}
	b.run, b.progress, b.hidden, b.pace = r, fire.Progress{}, false, pace{}
	b.pace.add(r.began, 0)
}

// report handles the deliveries that a run has queued, or the error that ended it. A run that a person has stopped
// ends with the error of its context, which is not shown.
func (b *burst) report(msg runMsg) tea.Cmd {
	msg.run.follower.Add(msg.queued)
	cmd := b.read()
	if msg.err != nil && !msg.run.stopped {
		cmd = tea.Batch(cmd, b.say(msg.run, screen.Bad(msg.run.String()+": "+screen.OneLine(msg.err))))
	}
	return cmd
}

// say shows a toast about a burst. From it, enter opens the webhook's deliveries in the given states, or all of
// them if no states are given.
func (b *burst) say(r *run, toast component.Toast, states ...string) tea.Cmd {
	toast.ID = burstToast
	of := storage.Filter{Terms: []storage.Term{{Key: "webhook", Value: r.spec.Webhook.Name}}}
	filter := strings.Join(append(states, of.String()), " ")
	return screen.Say(screen.Naming(toast, "its deliveries", screen.GoMsg{View: screen.ViewDeliveries, Filter: filter}))
}

// changed reads the progress again, because deliveries have changed.
func (b *burst) changed() tea.Cmd {
	if b.run == nil || b.run.over {
		return nil
	}
	b.run.follower.Changed()
	return b.read()
}

// read reads the progress of the latest run, unless all of its deliveries are final.
func (b *burst) read() tea.Cmd {
	r := b.run
	if r == nil || r.over {
		return nil
	}
	return b.query.Ask(func(ctx context.Context) (reading, error) {
		s, err := r.follower.Poll(ctx)
		return reading{r, s}, err
	})
}

// take handles a reading, and reports whether msg was one. It ignores an error, because the next change causes
// another read. While the follower is behind, it reads again at once, because there may be no further change.
func (b *burst) take(msg tea.Msg) (tea.Cmd, bool) {
	a, fresh, cmd := b.query.Take(msg)
	if !fresh || a.Err != nil || a.Value.run != b.run {
		return cmd, fresh
	}
	b.progress = a.Value.Progress
	b.pace.add(b.env.Now(), b.progress.Final())
	r := b.run
	switch {
	case b.progress.Behind:
		return tea.Batch(cmd, b.read()), true
	case !b.running() && r.ended && b.progress.Open == 0 && r.queued > 0 && !r.over:
		r.over = true
		if b.hidden {
			cmd = tea.Batch(cmd, b.sayOutcome())
		}
	}
	return cmd, true
}

// sayOutcome shows the outcome of a burst whose panel is hidden in a toast.
func (b *burst) sayOutcome() tea.Cmd {
	toast := screen.Good(b.sentence())
	if b.missed() {
		toast = screen.Bad(b.sentence())
	}
	_, states := b.shortfall()
	return b.say(b.run, toast, states...)
}

// Stop stops the burst that is running, and reports whether there was one.
func (f *Firer) Stop() bool {
	if !f.burst.running() {
		return false
	}
	f.burst.run.stopped = true
	f.burst.run.stop()
	return true
}

// Dismiss hides the panel of a burst, and reports whether there was one.
func (f *Firer) Dismiss() bool {
	shown := f.burst.shown()
	f.burst.hidden = true
	return shown
}

// A pace measures how fast a count has grown in the last few seconds.
type pace struct{ samples []sample }

type sample struct {
	at time.Time
	n  int
}

// paceWindow is the time over which a pace is measured.
const paceWindow = 5 * time.Second

// add adds a sample. It keeps one sample that is older than the window, because growth is measured from there.
func (p *pace) add(at time.Time, n int) {
	p.samples = append(p.samples, sample{at, n})
	for len(p.samples) > 2 && at.Sub(p.samples[1].at) > paceWindow {
		p.samples = p.samples[1:]
	}
}

// perSecond returns the growth per second, or 0 if the count does not grow.
func (p *pace) perSecond(now time.Time) float64 {
	if len(p.samples) == 0 {
		return 0
	}
	first, last := p.samples[0], p.samples[len(p.samples)-1]
	took := now.Sub(first.at)
	if took <= 0 || now.Sub(last.at) > paceWindow {
		return 0
	}
	return float64(last.n-first.n) / took.Seconds()
}
