package fire

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"backchannel/fixtures/fire"
	"backchannel/storage"
	"backchannel/tui/component"
	"backchannel/tui/screen"
	"backchannel/tui/style"
)

// shown reports whether there is something to draw. A run that ended before it queued anything has only a toast
// with its error.
func (b *burst) shown() bool { return b.run != nil && !b.hidden && (b.run.queued > 0 || b.running()) }

// Panel draws the progress of a burst in one line or, once it is over, its outcome with a histogram of the
// latencies. width and height are those of the whole screen, of which the panel takes a part. It returns nil if
// there is nothing to show.
func (f *Firer) Panel(width, height int) []string {
	b := &f.burst
	switch {
	case !b.shown():
		return nil
	case !b.run.over:
		return []string{b.progressLine(width)}
	}
	return b.outcome(width, height)
}

// planned returns how many deliveries there will be: those that the run asked for, or if it was stopped, those that it
// had queued by then.
func (b *burst) planned() int {
	if b.running() {
		return max(b.run.spec.Count, b.run.queued)
	}
	return b.run.queued
}

// progressLine draws the progress in the longest form that fits. Shorter forms have a shorter bar, then no name of the
// event, and the shortest one no speed. The shortest one is truncated if it does not fit.
func (b *burst) progressLine(width int) string {
	th, done, all := b.env.Theme, b.progress.Final(), b.planned()
	counts := th.Strong.Render(screen.Thousands(int64(done)) + "/" + screen.Thousands(int64(all)))
	parts := b.parts()
	name := th.Text.Render(style.Escape(b.run.String()) + "  ")
	for _, form := range []struct {
		name  string
		bar   int
		parts []string
	}{{name, 30, parts}, {name, 10, parts}, {"", 20, parts}, {"", 5, parts}, {"", 5, parts[1:]}} {
		line := " " + form.name + counts + " " + component.Progress(th, done, all, form.bar) + " " + strings.Join(form.parts, th.Dim.Render(" · "))
		if component.Width(line) < width || len(form.parts) < len(parts) {
			return component.Fit(line, width)
		}
	}
	return ""
}

// parts returns the texts beside the bar: the speed, the outcomes so far, the deliveries that are delayed, and the
// remaining time.
func (b *burst) parts() []string {
	th, now := b.env.Theme, b.env.Now()
	perSecond := b.pace.perSecond(now)
	parts := []string{th.Text.Render(fire.Rate(perSecond)), th.Good.Render(fmt.Sprintf("%s %s", screen.Thousands(int64(b.progress.Delivered)), style.Check)) + " " + b.failures()}
	for _, state := range []storage.State{storage.Retrying, storage.Parked} {
		if n := b.progress.States[state]; n > 0 {
			parts = append(parts, th.Warn.Render(fmt.Sprintf("%s %s", screen.Thousands(int64(n)), state)))
		}
	}
	switch left, known := b.timeLeft(perSecond); {
	case b.env.Status.Read && !b.env.Status.Alive:
		parts = append(parts, th.Warn.Render("no engine is running"))
	case known:
		parts = append(parts, th.Text.Render(leftText(left)))
	}
	b.env.Elapsed(b.run.began) // causes the line to be drawn again in a second
	verb := " hides"
	if b.running() {
		verb = " stops"
	}
	return append(parts, th.Text.Render("esc")+th.Dim.Render(verb))
}

// failures draws the numbers of failed and cancelled deliveries.
func (b *burst) failures() string {
	ink := b.env.Theme.Dim
	if b.progress.Failed > 0 {
		ink = b.env.Theme.Bad
	}
	text := ink.Render(fmt.Sprintf("%s %s", screen.Thousands(int64(b.progress.Failed)), style.Cross))
	if n := b.progress.Cancelled; n > 0 {
		text += b.env.Theme.Dim.Render(fmt.Sprintf(" %s cancelled", screen.Thousands(int64(n))))
	}
	return text
}

// timeLeft estimates the time until all deliveries are final: that of queueing at the requested rate or that of
// delivering at the present speed, whichever is longer. It returns false for more than a year. Such an estimate only
// says that hardly anything is delivered, and a much longer one would overflow a time.Duration.
func (b *burst) timeLeft(perSecond float64) (left time.Duration, known bool) {
	if perSecond <= 0 {
		return 0, false
	}
	seconds := float64(b.planned()-b.progress.Final()) / perSecond
	if r := b.run; b.running() && r.spec.PerSecond > 0 {
		seconds = max(seconds, float64(r.spec.Count-r.queued)/r.spec.PerSecond)
	}
	if seconds > (10000 * time.Hour).Seconds() {
		return 0, false
	}
	return time.Duration(seconds * float64(time.Second)), true
}

// leftText formats an estimate. It rounds up, so that it reaches zero only at the end. It changes to the next unit
// only at 100, because "90 s" visibly counts down while a person waits and "2 min" does not.
func leftText(left time.Duration) string {
	seconds := int(math.Ceil(left.Seconds()))
	switch {
	case seconds < 100:
		return fmt.Sprintf("%d s left", seconds)
	case seconds < 100*60:
		return fmt.Sprintf("%d min left", (seconds+59)/60)
	}
	return fmt.Sprintf("%d h left", (seconds+3599)/3600)
}

// missed reports whether some of the burst was not delivered.
func (b *burst) missed() bool { return b.progress.Failed+b.progress.Cancelled > 0 }

// sentence returns the outcome of the burst.
func (b *burst) sentence() string {
	r, all := b.run, screen.Thousands(int64(b.run.queued))
	lead := r.String()
	if r.queued < r.spec.Count {
		lead += fmt.Sprintf(" ended after %s", all)
	}
	counts, states := b.shortfall()
	if len(counts) == 0 {
		return fmt.Sprintf("%s: all %s delivered", lead, all)
	}
	return fmt.Sprintf("%s: of %s, %s; %d and / %s show them", lead, all, strings.Join(counts, ", "), screen.ViewDeliveries+1, strings.Join(states, " "))
}

// shortfall returns the numbers of failed and of cancelled deliveries as texts, and the words of the filter that
// shows them.
func (b *burst) shortfall() (counts, states []string) {
	for _, part := range []struct {
		n     int
		state storage.State
	}{{b.progress.Failed, storage.Failed}, {b.progress.Cancelled, storage.Cancelled}} {
		if part.n > 0 {
			counts = append(counts, screen.Thousands(int64(part.n))+" "+string(part.state))
			states = append(states, string(part.state))
		}
	}
	return counts, states
}

// The size of a histogram.
const (
	minBars, maxBars = 3, 10 // lines
	barText          = 22    // cells beside the bars
	barWidth         = 40    // cells of the longest bar, if there is space
)

// outcome draws the outcome of the burst, its speed, and a histogram of the latencies. The histogram takes at most
// a quarter of the rest of the screen, so that the list above remains usable.
func (b *burst) outcome(width, height int) []string {
	th := b.env.Theme
	glyph, ink := style.Check, th.Good
	if b.missed() {
		glyph, ink = style.Cross, th.Bad
	}
	sentence := component.Wrap(style.Escape(b.sentence()), width-4)
	var lines []string
	for i, line := range sentence {
		lead := "   "
		if i == 0 {
			lead = " " + ink.Render(glyph) + " "
		}
		lines = append(lines, lead+th.Strong.Render(line))
	}
	for _, line := range component.Wrap(b.progress.Figures(screen.Duration), width-4) {
		lines = append(lines, "   "+th.Text.Render(line))
	}
	lines = slices.Concat(lines, b.bars(width, max(minBars, min(maxBars, (height-len(lines))/4))))
	closing := th.Text.Render("esc") + th.Dim.Render(" closes ")
	if last := len(lines) - 1; component.Fits(lines[last], closing, width) {
		lines[last] = component.Spread(lines[last], closing, width)
		return component.Lines(lines, width, len(lines))
	}
	return component.Lines(append(lines, component.FitRight(closing, width)), width, len(lines)+1)
}

// bars draws the histogram in at most limit lines. Bars are rounded up, so that even one slow delivery among a
// million is visible.
func (b *burst) bars(width, limit int) (lines []string) {
	th, longest := b.env.Theme, max(1, min(barWidth, width-barText))
	for _, bar := range storage.Bars(b.progress.Latencies().Buckets, limit) {
		n := int(math.Ceil(bar.Share * float64(longest)))
		lines = append(lines, "   "+th.Dim.Render(component.FitRight(bar.UpTo, 8))+" "+th.Text.Render(strings.Repeat(style.Full, n))+" "+th.Dim.Render(strconv.Itoa(bar.N)))
	}
	return lines
}
