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

// askBurst asks for the event, the number and the rate of a burst.
func (f *Firer) askBurst(of fire.Spec) tea.Cmd {
	options := make([]component.Option, 0, len(storage.Statuses()))
	for _, s := range storage.Statuses() {
		options = append(options, component.Option{ID: string(s), Label: string(s)})
	}
	count, rate := "100", "50"
	if r := f.burst.run; r != nil {
		count, rate = strconv.Itoa(r.spec.Count), strconv.FormatFloat(r.spec.PerSecond, 'f', -1, 64)
	}
	return f.env.Fill(screen.FormSpec{
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
			of.Variant = f.last.variant(of.Channel, of.Status)
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

// burst fires one burst at a time, and reports its progress and its outcome in one toast.
type burst struct {
	env   *screen.Env
	store Store
	run   *run // the latest; nil: none yet
	ends  screen.Query[burstEnd]
}

func (b *burst) running() bool { return b.run != nil && !b.run.stopped && !b.run.ended }

func (b *burst) refuse() tea.Cmd {
	return b.say(b.run, screen.Warn("A burst is under way: esc stops it"))
}

// report shows how far a burst is.
func (b *burst) report(r *run, err error) tea.Cmd {
	toast := screen.Info(fmt.Sprintf("%s: %s queued, esc stops", r, screen.Thousands(int64(r.queued))))
	switch {
	case r.stopped:
		toast = screen.Warn(fmt.Sprintf("%s stopped: %s queued", r, screen.Thousands(int64(r.queued))))
	case err != nil:
		toast = screen.Bad(fmt.Sprintf("%s: %s after %s", r, screen.OneLine(err), screen.Thousands(int64(r.queued))))
	case r.ended:
		toast = screen.Good(fmt.Sprintf("%s: all queued in %s", r, screen.Duration(b.env.Now().Sub(r.began))))
	}
	return b.say(r, toast)
}

// say shows a toast about a burst in the place of the earlier one. Its deliveries in some states
// are what enter opens, or all that the webhook has.
func (b *burst) say(r *run, toast component.Toast, states ...string) tea.Cmd {
	toast.ID = burstToast
	of := storage.Filter{Terms: []storage.Term{{Key: "webhook", Value: r.spec.Webhook.Name}}}
	filter := strings.Join(append(states, of.String()), " ")
	return screen.Say(screen.Naming(toast, "its deliveries", screen.GoMsg{View: screen.ViewDeliveries, Filter: filter}))
}

// burstEnd is the outcome of a burst.
type burstEnd struct {
	run               *run
	open              bool // some deliveries are not final yet
	failed, cancelled int
	more              bool // there are more failures than were counted
}

// maxFailed limits how many failures of a burst are counted.
const maxFailed = 10_000

// look reads the outcome of a burst that is completely queued.
func (b *burst) look() tea.Cmd {
	r, read := b.run, b.store.Deliveries
	if r == nil || r.reported || r.first == 0 || b.running() {
		return nil
	}
	those := storage.DeliveryQuery{WebhookID: r.spec.Webhook.ID, After: r.first - 1, Before: r.last + 1, Limit: 1}
	return b.ends.Ask(func(ctx context.Context) (burstEnd, error) {
		those.States = []storage.State{storage.Queued, storage.Sending, storage.Retrying, storage.Parked}
		open, err := read(ctx, those)
		if err != nil || len(open) > 0 {
			return burstEnd{run: r, open: true}, err
		}
		those.States, those.Limit = []storage.State{storage.Failed, storage.Cancelled}, maxFailed
		missed, err := read(ctx, those)
		end := burstEnd{run: r, more: len(missed) == maxFailed}
		for _, d := range missed {
			if d.State == storage.Cancelled {
				end.cancelled++
			}
		}
		end.failed = len(missed) - end.cancelled
		return end, err
	})
}

// take shows the outcome once it is final, and reports whether msg was the answer to look.
func (b *burst) take(msg tea.Msg) (tea.Cmd, bool) {
	a, fresh, cmd := b.ends.Take(msg)
	if !fresh || a.Err != nil { // after an error, the next change asks again
		return cmd, fresh
	}
	return tea.Batch(cmd, b.reportEnd(a.Value)), true
}

// reportEnd shows the outcome of a burst, once.
func (b *burst) reportEnd(end burstEnd) tea.Cmd {
	r := end.run
	if r != b.run || end.open || r.reported {
		return nil
	}
	r.reported = true
	took := screen.Duration(b.env.Now().Sub(r.began))
	toast := screen.Good(fmt.Sprintf("%s: all %s delivered in %s", r, screen.Thousands(int64(r.queued)), took))
	counts, words := end.missed()
	if len(words) > 0 {
		toast = screen.Bad(fmt.Sprintf("%s: of %s, %s; %d and / %s show them", r, screen.Thousands(int64(r.queued)),
			strings.Join(counts, ", "), screen.ViewDeliveries+1, strings.Join(words, " ")))
	}
	return b.say(r, toast, words...)
}

// missed returns the numbers of deliveries that failed or were cancelled, and the words of
// the filter that shows these.
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

// Stop stops the burst that is running, and reports whether there was one.
func (f *Firer) Stop() bool {
	was := f.burst.running()
	if was {
		f.burst.run.stopped = true
		f.burst.run.stop()
	}
	return was
}
