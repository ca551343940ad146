package fire

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"backchannel/fixtures/fire"
	"backchannel/storage"
	"backchannel/tui/component"
	"backchannel/tui/screen"

	tea "github.com/charmbracelet/bubbletea"
)

const burstToast = "burst"

// The fields of the form that asks for a burst.
const (
	burstEvent = "event"
	burstCount = "count"
	burstRate  = "rate"
)

// askBurst asks how many, how fast, and of what.
func (f *Firer) askBurst(of fire.Spec) tea.Cmd {
	options := make([]component.Option, 0, len(storage.Statuses()))
	for _, s := range storage.Statuses() {
		options = append(options, component.Option{ID: string(s), Label: string(s)})
	}
	count, rate := "100", "50"
	if f.burst != nil {
		count, rate = strconv.Itoa(f.burst.spec.Count), strconv.FormatFloat(f.burst.spec.PerSecond, 'f', -1, 64)
	}
	return f.shared.Fill(screen.FormSpec{
		Title: "Burst at " + of.Webhook.Name, Verb: "Fire", Focus: burstCount,
		Section: component.Section{
			Title: "Each of them a message of its own, " + string(of.Channel),
			Fields: []component.Field{
				{ID: burstEvent, Label: "Event", Kind: component.ChoiceField, Options: options, Start: component.Value{Text: string(of.Status)}, Help: "left and right choose."},
				{ID: burstCount, Label: "How many", Start: component.Value{Text: count}, Check: checkCount, Help: "1 to 1,000,000."},
				{ID: burstRate, Label: "Per second", Start: component.Value{Text: rate}, Check: checkRate, Help: "How many are queued each second, 0.001 to 100,000."},
			},
		},
		Submit: func(v component.Values) tea.Cmd {
			of.Status = storage.Status(v.Text(burstEvent))
			of.Variant = f.variantFor(of.Channel, of.Status)
			of.Count, _ = strconv.Atoi(strings.TrimSpace(v.Text(burstCount)))
			of.PerSecond, _ = strconv.ParseFloat(strings.TrimSpace(v.Text(burstRate)), 64)
			return f.fire(of)
		},
	})
}

func checkCount(v component.Values) string {
	n, err := strconv.Atoi(strings.TrimSpace(v.Text(burstCount)))
	if err != nil {
		return "Not a whole number; use 100, say."
	}
	return fire.CheckCount(n)
}

func checkRate(v component.Values) string {
	r, err := strconv.ParseFloat(strings.TrimSpace(v.Text(burstRate)), 64)
	if err != nil {
		return "Not a number; use 50, say."
	}
	return fire.CheckRate(r)
}

// busy says that one burst is enough.
func (f *Firer) busy() tea.Cmd {
	toast := screen.Warn("A burst is under way: esc stops it")
	toast.ID = burstToast // what the burst tells next is newer
	return screen.Say(toast)
}

func (f *Firer) bursting() bool { return f.burst != nil && !f.burst.stopped && !f.burst.ended }

// tellBurst tells how far a burst is.
func (f *Firer) tellBurst(r *run, err error) tea.Cmd {
	toast := screen.Info(fmt.Sprintf("%s: %s queued, esc stops", r, screen.Thousands(int64(r.queued))))
	switch {
	case r.stopped:
		toast = screen.Warn(fmt.Sprintf("%s stopped: %s queued", r, screen.Thousands(int64(r.queued))))
	case err != nil:
		toast = screen.Bad(fmt.Sprintf("%s: %s after %s", r, screen.OneLine(err), screen.Thousands(int64(r.queued))))
	case r.ended:
		toast = screen.Good(fmt.Sprintf("%s: all queued in %s", r, screen.Duration(f.shared.Now().Sub(r.began))))
	}
	toast.ID = burstToast
	return screen.Say(toast)
}

func (r *run) String() string { return fmt.Sprintf("%s → %s", r.spec, r.spec.Webhook.Name) }

// burstEnd is what became of a burst that is queued.
type burstEnd struct {
	burst             *run
	open              bool // some are not final yet
	failed, cancelled int
	more              bool // than were counted
}

// mostFailed bounds how far the failures of a burst are counted.
const mostFailed = 10_000

// lookAtBurst reads what became of a burst, once it is queued.
func (f *Firer) lookAtBurst() tea.Cmd {
	b, read := f.burst, f.shared.Store.Deliveries
	if b == nil || b.told || b.first == 0 || f.bursting() {
		return nil
	}
	those := storage.DeliveryQuery{WebhookID: b.spec.Webhook.ID, After: b.first - 1, Before: b.last + 1, Limit: 1}
	return f.ends.Ask(func(ctx context.Context) (burstEnd, error) {
		those.States = []storage.State{storage.Queued, storage.Sending, storage.Retrying, storage.Parked}
		open, err := read(ctx, those)
		if err != nil || len(open) > 0 {
			return burstEnd{burst: b, open: true}, err
		}
		those.States, those.Limit = []storage.State{storage.Failed, storage.Cancelled}, mostFailed
		missed, err := read(ctx, those)
		end := burstEnd{burst: b, more: len(missed) == mostFailed}
		for _, d := range missed {
			if d.State == storage.Cancelled {
				end.cancelled++
			}
		}
		end.failed = len(missed) - end.cancelled
		return end, err
	})
}

// tellEnd says how a burst ended, once.
func (f *Firer) tellEnd(end burstEnd) tea.Cmd {
	b := end.burst
	if b != f.burst || end.open || b.told {
		return nil
	}
	b.told = true
	took := screen.Duration(f.shared.Now().Sub(b.began))
	toast := screen.Good(fmt.Sprintf("%s: all %s delivered in %s", b, screen.Thousands(int64(b.queued)), took))
	if counts, words := end.missed(); len(words) > 0 {
		toast = screen.Bad(fmt.Sprintf("%s: of %s, %s; %d and / %s show them", b, screen.Thousands(int64(b.queued)),
			strings.Join(counts, ", "), screen.ViewDeliveries+1, strings.Join(words, " ")))
	}
	toast.ID = burstToast
	return screen.Say(toast)
}

// missed counts what was not delivered, and gives the filter's words that show it.
func (e burstEnd) missed() (counts, words []string) {
	for _, part := range []struct {
		n     int
		state storage.State
	}{{e.failed, storage.Failed}, {e.cancelled, storage.Cancelled}} {
		if part.n == 0 {
			continue
		}
		count := screen.Thousands(int64(part.n))
		if e.more {
			count += " or more"
		}
		counts, words = append(counts, count+" "+string(part.state)), append(words, string(part.state))
	}
	return counts, words
}

// Stop ends the burst that is under way; false when there is none.
func (f *Firer) Stop() bool {
	was := f.bursting()
	if was {
		f.burst.stopped = true
		f.burst.stop()
	}
	return was
}
