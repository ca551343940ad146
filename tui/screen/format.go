package screen

import (
	"strings"
	"time"

	"backchannel/storage"
	"backchannel/tui/component"
	"backchannel/tui/style"
)

// ClockCell returns a cell with a time of day, without its milliseconds if they do not fit.
func (s *Env) ClockCell(t time.Time) component.Cell {
	text := s.Clock(t)
	short, _, _ := strings.Cut(text, ".")
	return component.Cell{Text: text, Shorter: []string{short}, Style: s.Theme.Dim}
}

// StateStyle returns the glyph and the style of a delivery's state. The word is drawn beside
// the glyph.
func StateStyle(th *style.Theme, state storage.State) (string, style.Style) {
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

// EventStyle returns the glyph and the style of an event's status. They say what happened to
// the message and judge nothing: a bounce that passes every check is no failure.
func EventStyle(th *style.Theme, status storage.Status) (string, style.Style) {
	switch status {
	case storage.StatusSent:
		return style.Arrow, th.Text
	case storage.StatusDelivered:
		return style.Dot, th.Text
	case storage.StatusBounce:
		return style.Back, th.Text
	case storage.StatusError:
		return style.Ring, th.Text
	}
	return style.Info, th.Text
}

// ActivateAdvice says how to end a webhook's pause in the console.
const ActivateAdvice = "a in Webhooks activates it"

// List joins words: "email, sms".
func List[T ~string](words []T) string {
	texts := make([]string, len(words))
	for i, w := range words {
		texts[i] = string(w)
	}
	return strings.Join(texts, ", ")
}
