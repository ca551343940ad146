package component

import (
	"time"

	"github.com/charmbracelet/lipgloss"

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

// Toast is a short message. One with the ID of an earlier one replaces it: what
// was queued a moment ago is delivered now.
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
	maxToasts   = 3
	toastFor    = 4 * time.Second
	badToastFor = 8 * time.Second // there is more to read
)

// Push shows a message.
func (t *Toasts) Push(now time.Time, toast Toast) {
	stay := toastFor
	if toast.Outcome == Warn || toast.Outcome == Error {
		stay = badToastFor
	}
	kept := []shownToast{{toast, now.Add(stay)}}
	for _, s := range t.shown {
		if len(kept) < maxToasts && (toast.ID == "" || s.ID != toast.ID) {
			kept = append(kept, s)
		}
	}
	t.shown = kept
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

// View draws one line per message, the latest first, each at most width cells
// and with a space at both ends, to lie over other text.
func (t *Toasts) View(th *style.Theme, width int) []string {
	lines := make([]string, len(t.shown))
	for i, s := range t.shown {
		glyph, ink := s.Outcome.Glyph(th)
		lines[i] = clip(" "+ink.Render(glyph)+" "+th.Text.Render(style.Escape(s.Text)), width-1) + blank(min(1, width))
	}
	return lines
}
