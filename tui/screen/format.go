package screen

import (
	"fmt"
	"strconv"
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

// EventStyle returns the glyph and the style of an event's status. They say what happened to the
// message, not whether that is good: a bounce that passes every check is not a failure.
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

// ShortCount formats a number in at most so many cells, at least 3: in full, or truncated, with a
// unit: "1.2k", "99k", ".9M".
func ShortCount(n int64, cells int) string {
	n = max(0, n)
	text, size := Thousands(n), int64(1)
	for _, unit := range []string{"k", "M", "G", "T", "P", "E"} {
		if len(text) <= cells && (size == 1 || n/size < 1000) {
			break
		}
		size *= 1000
		text = inUnits(n, size, cells-len(unit)) + unit
	}
	return text
}

// inUnits returns how many units a number is, with one or two decimals where they fit.
func inUnits(n, size int64, cells int) string {
	whole := strconv.FormatInt(n/size, 10)
	if n < size {
		whole = ""
	}
	decimals := min(2, cells-len(whole)-1)
	if decimals < 1 {
		return whole
	}
	return whole + "." + fmt.Sprintf("%03d", n%size/(size/1000))[:decimals]
}
