package tui

import (
	"cmp"
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"backchannel/storage"
	"backchannel/tui/component"

	tea "github.com/charmbracelet/bubbletea"
)

// A burst is many messages under way. Each step queues as many as are due.
type burst struct {
	shot    shot
	began   time.Time
	queued  int
	stopped bool
	first   storage.ID // of its deliveries
	last    storage.ID
	told    bool // how it ended
}

// burstMsg tells how a step of a burst went.
type burstMsg struct {
	burst  *burst
	queued []storage.Delivery
	err    error
}

const (
	burstToast = "burst"
	burstGap   = 100 * time.Millisecond // between two steps
	burstStep  = 500                    // how many events one step queues at most
	mostBurst  = 1_000_000
	mostRate   = 100_000
)

// The fields of the form that asks for a burst.
const (
	burstEvent = "event"
	burstCount = "count"
	burstRate  = "rate"
)

// askBurst asks how many, how fast, and of what.
func (f *firing) askBurst(of shot) tea.Cmd {
	options := make([]component.Option, 0, len(storage.Statuses()))
	for _, s := range storage.Statuses() {
		options = append(options, component.Option{ID: string(s), Label: string(s)})
	}
	count, rate := "100", "50"
	if f.burst != nil {
		count, rate = strconv.Itoa(f.burst.shot.count), strconv.FormatFloat(f.burst.shot.perSecond, 'f', -1, 64)
	}
	return f.shared.fill(formSpec{
		title: "Burst at " + of.webhook.Name, verb: "Fire", focus: burstCount,
		section: component.Section{
			Title: "Each of them a message of its own, " + string(of.channel),
			Fields: []component.Field{
				{ID: burstEvent, Label: "Event", Kind: component.ChoiceField, Options: options, Start: component.Value{Text: string(of.what)}, Help: "left and right choose."},
				{ID: burstCount, Label: "How many", Start: component.Value{Text: count}, Check: checkCount, Help: "2 to 1,000,000."},
				{ID: burstRate, Label: "Per second", Start: component.Value{Text: rate}, Check: checkRate, Help: "How many are queued each second, 0.1 to 100,000."},
			},
		},
		submit: func(v component.Values) tea.Cmd {
			of.what = storage.Status(v.Text(burstEvent))
			of.variant = f.variantFor(of.channel, of.what)
			of.count, _ = strconv.Atoi(strings.TrimSpace(v.Text(burstCount)))
			of.perSecond, _ = strconv.ParseFloat(strings.TrimSpace(v.Text(burstRate)), 64)
			return f.fire(of)
		},
	})
}

func checkCount(v component.Values) string {
	if n, err := strconv.Atoi(strings.TrimSpace(v.Text(burstCount))); err != nil || n < 2 || n > mostBurst {
		return fmt.Sprintf("No count; use 2 to %s.", thousands(mostBurst))
	}
	return ""
}

func checkRate(v component.Values) string {
	if r, err := strconv.ParseFloat(strings.TrimSpace(v.Text(burstRate)), 64); err != nil || !(r >= 0.1 && r <= mostRate) {
		return fmt.Sprintf("No rate; use 0.1 to %s.", thousands(mostRate))
	}
	return ""
}

// start begins a burst, unless one is under way.
func (f *firing) start(of shot) tea.Cmd {
	if f.bursting() {
		toast := warn("A burst is under way: esc stops it")
		toast.ID = burstToast // what the burst tells next is newer
		return say(toast)
	}
	f.burst = &burst{shot: of, began: f.shared.Now()}
	return f.step()
}

func (f *firing) bursting() bool {
	return f.burst != nil && !f.burst.stopped && f.burst.queued < f.burst.shot.count
}

// due is how many events are to be queued by now.
func (b *burst) due(now time.Time) int {
	due := 1 + int(now.Sub(b.began).Seconds()*b.shot.perSecond)
	return max(0, min(due, b.shot.count)-b.queued)
}

// step queues what is due, or lets a moment pass.
func (f *firing) step() tea.Cmd {
	b, s := f.burst, f.shared
	n := min(b.due(s.Now()), burstStep)
	if n == 0 {
		return tea.Tick(burstGap, func(time.Time) tea.Msg { return burstMsg{burst: b} })
	}
	return func() tea.Msg {
		var events []storage.Event
		for range n {
			one, err := b.shot.events(s.builder())
			if err != nil {
				return burstMsg{b, nil, err}
			}
			events = append(events, one...)
		}
		made, err := s.enqueueStep(b, events)
		return burstMsg{b, made, err}
	}
}

// enqueueStep queues a step of a burst; with the first one it is told what is fired.
func (s *shared) enqueueStep(b *burst, events []storage.Event) ([]storage.Delivery, error) {
	if b.queued > 0 {
		return s.Store.Enqueue(s.ctx, events...)
	}
	return s.Store.Fire(s.ctx, b.shot.String(), events...)
}

// advance tells how far the burst is, and goes on with it.
func (f *firing) advance(msg burstMsg) tea.Cmd {
	b := msg.burst
	if b != f.burst {
		return nil
	}
	b.queued += len(msg.queued)
	if n := len(msg.queued); n > 0 {
		b.first, b.last = cmp.Or(b.first, msg.queued[0].ID), msg.queued[n-1].ID
	}
	name := b.String()
	toast := info(fmt.Sprintf("%s: %s queued, esc stops", name, thousands(int64(b.queued))))
	var next tea.Cmd
	switch {
	case msg.err != nil:
		b.stopped = true
		toast = bad(fmt.Sprintf("%s: %s after %s", name, refusal(msg.err), thousands(int64(b.queued))))
	case b.stopped:
		toast = warn(fmt.Sprintf("%s stopped: %s queued", name, thousands(int64(b.queued))))
	case b.queued >= b.shot.count:
		toast = good(fmt.Sprintf("%s: all queued in %s", name, duration(f.shared.Now().Sub(b.began))))
	default:
		next = f.step()
	}
	toast.ID = burstToast
	if len(msg.queued) == 0 && next != nil {
		return next
	}
	return tea.Batch(say(toast), next, f.lookAtBurst())
}

func (b *burst) String() string { return fmt.Sprintf("%s → %s", b.shot, b.shot.webhook.Name) }

// burstEnd is what became of a burst that is queued.
type burstEnd struct {
	burst  *burst
	open   bool // some are not final yet
	failed int
	more   bool // than were counted
}

// mostFailed bounds how far the failures of a burst are counted.
const mostFailed = 10_000

// lookAtBurst reads what became of a burst, once it is queued.
func (f *firing) lookAtBurst() tea.Cmd {
	b, read := f.burst, f.shared.Store.Deliveries
	if b == nil || b.told || b.first == 0 || f.bursting() {
		return nil
	}
	those := storage.DeliveryQuery{WebhookID: b.shot.webhook.ID, After: b.first - 1, Before: b.last + 1, Limit: 1}
	return f.ends.ask(func(ctx context.Context) (burstEnd, error) {
		those.States = []storage.State{storage.Queued, storage.Sending, storage.Retrying, storage.Parked}
		open, err := read(ctx, those)
		if err != nil || len(open) > 0 {
			return burstEnd{burst: b, open: true}, err
		}
		those.States, those.Limit = []storage.State{storage.Failed, storage.Cancelled}, mostFailed
		failed, err := read(ctx, those)
		return burstEnd{burst: b, failed: len(failed), more: len(failed) == mostFailed}, err
	})
}

// tellEnd says how a burst ended, once.
func (f *firing) tellEnd(end burstEnd) tea.Cmd {
	b := end.burst
	if b != f.burst || end.open || b.told {
		return nil
	}
	b.told = true
	took := duration(f.shared.Now().Sub(b.began))
	toast := good(fmt.Sprintf("%s: all %s delivered in %s", b, thousands(int64(b.queued)), took))
	if end.failed > 0 {
		count := thousands(int64(end.failed))
		if end.more {
			count += " or more"
		}
		toast = bad(fmt.Sprintf("%s: %s of %s failed or cancelled; 2 and / failed show them", b, count, thousands(int64(b.queued))))
	}
	toast.ID = burstToast
	return say(toast)
}

// stop ends the burst that is under way; false when there is none.
func (f *firing) stop() bool {
	was := f.bursting()
	if was {
		f.burst.stopped = true
	}
	return was
}
