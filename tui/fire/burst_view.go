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
		return []string{b.progress(width)}
	}
	return b.outcome(width, height)
}

// planned returns how many deliveries there will be. A run that was stopped has only those that it had queued by
// then.
func (b *burst) planned() int {
	if b.running() {
		return max(b.run.spec.Count, b.run.queued)
	}
	return b.run.queued
}

// progress draws the line in the longest form that fits. Shorter forms have a shorter bar, then no name of the
// event, and the last one no speed. That one is truncated if it does not fit.
func (b *burst) progress(width int) string {
	th, done, all := b.env.Theme, b.now.Final(), b.planned()
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

// parts returns the texts beside the bar: the speed, the outcomes so far, what is waiting, and the remaining time.
func (b *burst) parts() []string {
	th, now := b.env.Theme, b.env.Now()
	perSecond := b.pace.perSecond(now)
	parts := []string{th.Text.Render(fire.Rate(perSecond)), th.Good.Render(fmt.Sprintf("%s %s", screen.Thousands(int64(b.now.Delivered)), style.Check)) + " " + b.failures()}
	for _, state := range []storage.State{storage.Retrying, storage.Parked} {
		if n := b.now.States[state]; n > 0 {
			parts = append(parts, th.Warn.Render(fmt.Sprintf("%s %s", screen.Thousands(int64(n)), state)))
		}
	}
	switch left, known := b.left(perSecond); {
	case b.env.Status.Read && !b.env.Status.Alive:
		parts = append(parts, th.Warn.Render("no engine is running"))
	case known:
		parts = append(parts, th.Text.Render(leftText(left)))
	}
	b.env.Elapsed(b.run.began) // so that the line is drawn again in a second
	switch {
	case b.running():
		parts = append(parts, th.Text.Render("esc")+th.Dim.Render(" stops"))
	default:
		parts = append(parts, th.Text.Render("esc")+th.Dim.Render(" hides"))
	}
	return parts
}

// failures draws the numbers of failed and cancelled deliveries.
func (b *burst) failures() string {
	ink := b.env.Theme.Dim
	if b.now.Failed > 0 {
		ink = b.env.Theme.Bad
	}
	text := ink.Render(fmt.Sprintf("%s %s", screen.Thousands(int64(b.now.Failed)), style.Cross))
	if n := b.now.Cancelled; n > 0 {
		text += b.env.Theme.Dim.Render(fmt.Sprintf(" %s cancelled", screen.Thousands(int64(n))))
	}
	return text
}

// left estimates the time until all deliveries are final: that of queueing at the requested rate or that of
// delivering at the present speed, whichever is longer. It returns false for more than a year, which only says that
// almost nothing moves, and would not fit into a time.Duration if it were much longer.
func (b *burst) left(perSecond float64) (left time.Duration, known bool) {
	if perSecond <= 0 {
		return 0, false
	}
	seconds := float64(b.planned()-b.now.Final()) / perSecond
	if r := b.run; b.running() && r.spec.PerSecond > 0 {
		seconds = max(seconds, float64(r.spec.Count-r.queued)/r.spec.PerSecond)
	}
	if seconds > (10000 * time.Hour).Seconds() {
		return 0, false
	}
	return time.Duration(seconds * float64(time.Second)), true
}

// leftText formats an estimate. It rounds up, so that zero is reached only at the end, and keeps a unit up to 100
// of it, because "90 s" visibly changes while a person waits and "2 min" does not.
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
func (b *burst) missed() bool { return b.now.Failed+b.now.Cancelled > 0 }

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
	}{{b.now.Failed, storage.Failed}, {b.now.Cancelled, storage.Cancelled}} {
		if part.n > 0 {
			counts = append(counts, screen.Thousands(int64(part.n))+" "+string(part.state))
			states = append(states, string(part.state))
		}
	}
	return counts, states
}

// The size of a histogram.
const (
	barsLeast, barsMost = 3, 10 // lines
	barText             = 22    // cells beside the bars
	barWidth            = 40    // cells of the longest bar, where there is space
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
	for _, line := range component.Wrap(b.now.Figures(screen.Duration), width-4) {
		lines = append(lines, "   "+th.Text.Render(line))
	}
	lines = slices.Concat(lines, b.bars(width, max(barsLeast, min(barsMost, (height-len(lines))/4))))
	closing := th.Text.Render("esc") + th.Dim.Render(" closes ")
	if last := len(lines) - 1; component.Fits(lines[last], closing, width) {
		lines[last] = component.Spread(lines[last], closing, width)
		return component.Lines(lines, width, len(lines))
	}
	return component.Lines(append(lines, component.FitRight(closing, width)), width, len(lines)+1)
}

// bars draws the histogram in at most so many lines. Bars are rounded up, so that even one slow delivery among a
// million is visible.
func (b *burst) bars(width, most int) (lines []string) {
	th, room := b.env.Theme, max(1, min(barWidth, width-barText))
	for _, bar := range storage.Bars(b.now.Latencies().Buckets, most) {
		n := int(math.Ceil(bar.Share * float64(room)))
		lines = append(lines, "   "+th.Dim.Render(component.FitRight(bar.UpTo, 8))+" "+th.Text.Render(strings.Repeat(style.Full, n))+" "+th.Dim.Render(strconv.Itoa(bar.N)))
	}
	return lines
}
