package component

import (
	"fmt"
	"strings"
	"time"

	"github.com/charmbracelet/lipgloss"
	"github.com/charmbracelet/x/ansi"

	"backchannel/tui/style"
)

// Outcome is how something went; it decides glyph and colour.
type Outcome int

// The outcomes.
const (
	Info Outcome = iota
	OK
	Warn
	Error
)

// Glyph is the sign of an outcome and its style.
func (o Outcome) Glyph(th *style.Theme) (string, lipgloss.Style) {
	switch o {
	case OK:
		return style.Check, th.Good
	case Warn:
		return style.Warning, th.Warn
	case Error:
		return style.Cross, th.Bad
	default:
		return style.Info, th.Dim
	}
}

// Toast is a short message. One with the ID of an earlier one takes its place: what
// was queued a moment ago is delivered now, and hides nothing newer.
type Toast struct {
	ID      string
	Outcome Outcome
	Text    string
}

// Toasts keeps the latest messages for a while. The clock is the caller's: ask
// Wait when to come back, and call Expire then.
type Toasts struct {
	shown []shownToast // latest first
}

type shownToast struct {
	Toast
	until time.Time
}

const (
	maxToasts   = 9
	toastFor    = 4 * time.Second
	badToastFor = 8 * time.Second // there is more to read
)

// Push shows a message.
func (t *Toasts) Push(now time.Time, toast Toast) {
	stay := toastFor
	if toast.Outcome == Warn || toast.Outcome == Error {
		stay = badToastFor
	}
	shown := shownToast{toast, now.Add(stay)}
	for i, s := range t.shown {
		if toast.ID != "" && s.ID == toast.ID {
			t.shown[i] = shown
			return
		}
	}
	t.shown = append([]shownToast{shown}, t.shown[:min(len(t.shown), maxToasts-1)]...)
}

// Expire takes away what has been shown long enough.
func (t *Toasts) Expire(now time.Time) {
	var kept []shownToast
	for _, s := range t.shown {
		if s.until.After(now) {
			kept = append(kept, s)
		}
	}
	t.shown = kept
}

// Wait is how long until the next message expires; false when there is none.
func (t *Toasts) Wait(now time.Time) (time.Duration, bool) {
	var next time.Time
	for _, s := range t.shown {
		if next.IsZero() || s.until.Before(next) {
			next = s.until
		}
	}
	return max(0, next.Sub(now)), len(t.shown) > 0
}

// toastLines bounds how many lines a long message takes.
const toastLines = 3

// View draws the rule of width cells in which messages stand, the latest first, as many
// as fit; the others are counted. Nothing lies over other text. A message too long for
// the rule has lines of its own above it.
func (t *Toasts) View(th *style.Theme, width int) []string {
	if len(t.shown) == 0 {
		return []string{Rule(th, width)}
	}
	if lines := t.shown[0].lines(th, width); len(lines) > 0 {
		return append(lines, inRule(th, nil, len(t.shown)-1, width))
	}
	var parts []string
	for i, s := range t.shown {
		parts = append(parts, s.phrase(th))
		if !ruleHolds(parts, len(t.shown)-i-1, width) {
			parts = parts[:i]
			break
		}
	}
	return []string{inRule(th, parts, len(t.shown)-len(parts), width)}
}

func (s shownToast) phrase(th *style.Theme) string {
	glyph, ink := s.Outcome.Glyph(th)
	return ink.Render(glyph) + " " + th.Text.Render(style.Escape(s.Text))
}

// lines is a message that is too long for the rule; none if it is not.
func (s shownToast) lines(th *style.Theme, width int) []string {
	if ruleHolds([]string{s.phrase(th)}, maxToasts, width) {
		return nil
	}
	glyph, ink := s.Outcome.Glyph(th)
	wrapped := Wrap(style.Escape(s.Text), width-4)
	if len(wrapped) > toastLines {
		wrapped = append(wrapped[:toastLines-1], strings.Join(wrapped[toastLines-1:], " "))
	}
	lead := " " + ink.Render(glyph) + " "
	for i, line := range wrapped {
		wrapped[i] = Fit(lead+th.Text.Render(clip(line, width-4)), width)
		lead = "   "
	}
	return wrapped
}

const ruleEdge = 2 // cells of the rule left of the first message

// ruleHolds reports whether messages and the number of others fit.
func ruleHolds(parts []string, others, width int) bool {
	sum := ruleEdge
	for _, p := range parts {
		sum += ansi.StringWidth(p) + 2 + ruleEdge
	}
	return sum+ansi.StringWidth(otherToasts(others)) <= width
}

func otherToasts(n int) string {
	if n == 0 {
		return ""
	}
	return fmt.Sprintf(" +%d ", n)
}

func inRule(th *style.Theme, parts []string, others, width int) string {
	edge := Rule(th, ruleEdge)
	line := edge
	if len(parts) > 0 {
		line += " " + strings.Join(parts, " "+edge+" ") + " " + edge
	}
	line = clip(line+th.Dim.Render(otherToasts(others)), width)
	return line + Rule(th, width-ansi.StringWidth(line))
}
