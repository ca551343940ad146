package component

import (
	"fmt"
	"slices"
	"strings"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"backchannel/tui/style"
)

// Outcome is the result of an action. It determines glyph and colour.
type Outcome int

// The outcomes.
const (
	Info Outcome = iota
	OK
	Warn
	Error
)

// glyph returns the glyph of an outcome and its style.
func (o Outcome) glyph(th *style.Theme) (string, style.Style) {
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

// Toast is a short message. It replaces an earlier one with the same ID, so that several messages about
// one action do not pile up.
type Toast struct {
	ID      string
	Outcome Outcome
	Text    string
	Names   string  // what enter opens, such as "the delivery"; empty: nothing
	Opens   tea.Msg // the message that opens it
}

// Toasts keeps the latest messages for a while. The caller provides the clock: Wait returns
// when to call Expire.
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
	badToastFor = 8 * time.Second // errors take longer to read
)

// Latest returns the latest message.
func (t *Toasts) Latest() (Toast, bool) {
	if len(t.shown) == 0 {
		return Toast{}, false
	}
	return t.shown[0].Toast, true
}

// Shows reports whether a message with an ID is shown.
func (t *Toasts) Shows(id string) bool {
	return id != "" && slices.ContainsFunc(t.shown, func(s shownToast) bool { return s.ID == id })
}

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

// Expire removes the messages whose time is over.
func (t *Toasts) Expire(now time.Time) {
	var kept []shownToast
	for _, s := range t.shown {
		if s.until.After(now) {
			kept = append(kept, s)
		}
	}
	t.shown = kept
}

// Wait returns how long until the next message expires. It returns false if there is none.
func (t *Toasts) Wait(now time.Time) (time.Duration, bool) {
	var next time.Time
	for _, s := range t.shown {
		if next.IsZero() || s.until.Before(next) {
			next = s.until
		}
	}
	return max(0, next.Sub(now)), len(t.shown) > 0
}

// toastLines limits the lines of a long message.
const toastLines = 3

// View draws a rule of width cells that contains the messages, the latest first, as many as
// fit, and the number of the others. Messages never cover other text. One that is too long
// for the rule has its own lines above it.
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
	glyph, ink := s.Outcome.glyph(th)
	return ink.Render(glyph) + " " + th.Text.Render(style.Escape(s.Text))
}

// lines returns the lines of a message that is too long for the rule, otherwise none.
func (s shownToast) lines(th *style.Theme, width int) []string {
	if ruleHolds([]string{s.phrase(th)}, maxToasts, width) {
		return nil
	}
	glyph, ink := s.Outcome.glyph(th)
	wrapped := WrapCut(style.Escape(s.Text), width-4, toastLines)
	lead := " " + ink.Render(glyph) + " "
	for i, line := range wrapped {
		wrapped[i] = Fit(lead+th.Text.Render(clip(line, width-4)), width)
		lead = "   "
	}
	return wrapped
}

const ruleEdge = 2 // cells of the rule left of the first message

// ruleHolds reports whether messages and the number of the others fit in the rule.
func ruleHolds(parts []string, others, width int) bool {
	sum := ruleEdge
	for _, p := range parts {
		sum += Width(p) + 2 + ruleEdge
	}
	return sum+Width(otherToasts(others)) <= width
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
	return line + Rule(th, width-Width(line))
}
