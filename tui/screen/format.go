package screen

import (
	"strings"
	"time"

	"backchannel/storage"
	"backchannel/tui/component"
	"backchannel/tui/style"

	"github.com/charmbracelet/lipgloss"
)

// Clock is a time of day to the millisecond, for lists.
func (s *Env) Clock(t time.Time) string {
	if t.IsZero() {
		return style.None
	}
	return t.In(s.Location).Format("15:04:05.000")
}

// ClockCell is a time of day, without its milliseconds where these have no room.
func (s *Env) ClockCell(t time.Time) component.Cell {
	text := s.Clock(t)
	short, _, _ := strings.Cut(text, ".")
	return component.Cell{Text: text, Shorter: []string{short}, Style: s.Theme.Dim}
}

// FormatTime is the time of day for today, the day for what is older; at most 8 cells.
func (s *Env) FormatTime(t time.Time) string {
	if t.IsZero() {
		return style.None
	}
	t, now := t.In(s.Location), s.Now().In(s.Location)
	switch {
	case t.Format(time.DateOnly) == now.Format(time.DateOnly):
		return t.Format(time.TimeOnly)
	case t.Year() == now.Year():
		return t.Format("Jan _2")
	}
	return t.Format("Jan 2006")
}

// At is a time for a text that stands a while, so that it must not count down.
func (s *Env) At(t time.Time) string { return "at " + s.FormatTime(t) }

// DayOrClock is the time of day to the millisecond for today, day and time for what is
// older; at most 12 cells.
func (s *Env) DayOrClock(t time.Time) string {
	t, now := t.In(s.Location), s.Now().In(s.Location)
	switch {
	case t.Format(time.DateOnly) == now.Format(time.DateOnly):
		return s.Clock(t)
	case t.Year() == now.Year():
		return t.Format("Jan _2 15:04")
	}
	return t.Format("Jan _2 2006")
}

// Date is a time with its date and zone, for details.
func (s *Env) Date(t time.Time) string {
	if t.IsZero() {
		return style.None
	}
	return t.In(s.Location).Format("2006-01-02 15:04:05.000 MST")
}

// StateStyle is the glyph and the colour of a delivery's state. The word goes beside it.
func StateStyle(th *style.Theme, state storage.State) (string, lipgloss.Style) {
	switch state {
	case storage.StateDelivered:
		return style.Check, th.Good
	case storage.Failed:
		return style.Cross, th.Bad
	case storage.Retrying:
		return style.Retry, th.Warn
	case storage.Parked:
		return style.Pause, th.Warn
	case storage.Sending:
		return style.Dot, th.Text
	case storage.Cancelled:
		return style.None, th.Dim
	}
	return style.Info, th.Dim
}

// EventStyle is the glyph and the colour of an event's status.
func EventStyle(th *style.Theme, status storage.Status) (string, lipgloss.Style) {
	switch status {
	case storage.StatusSent, storage.StatusDelivered:
		return style.Dot, th.Text
	case storage.StatusBounce, storage.StatusError:
		return style.Cross, th.Bad
	}
	return style.Info, th.Text
}

// ActivateAdvice is how what paused a webhook ends, in the console.
const ActivateAdvice = "a in Webhooks activates it"

// keyAdvice is a text with the key in it that does here what its command would.
func keyAdvice(text string) string { return storage.AdviseInstead(text, ActivateAdvice) }

// List joins words: "email, sms".
func List[T ~string](words []T) string {
	texts := make([]string, len(words))
	for i, w := range words {
		texts[i] = string(w)
	}
	return strings.Join(texts, ", ")
}
