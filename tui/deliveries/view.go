package deliveries

import (
	"fmt"
	"strconv"
	"strings"

	"backchannel/storage"
	"backchannel/storage/words"
	"backchannel/tui/component"
	"backchannel/tui/screen"
	"backchannel/tui/style"
)

// welcome fills the screen until an event is fired.
func (d *Screen) welcome(width, height int) string {
	if !d.all {
		return d.env.Welcome(d.title, []string{"These deliveries no longer exist: finished ones are removed after a while."},
			[][2]string{{"esc", "back"}}, width, height)
	}
	return d.env.Welcome("Deliveries", []string{"Nothing was fired yet. Each event that is fired at a webhook appears here: how it was delivered, in how many attempts, and what was answered."},
		[][2]string{{"f", "fire an event at a webhook"}, {"1", "the webhooks; n creates one"}}, width, height)
}

// columns returns the columns of the list.
func columns() []component.Column {
	return []component.Column{
		{Title: "Time", Min: 8, Width: 12, Priority: 1},
		{Title: "State", Width: 11},
		{Title: "Event", Width: 9},
		{Title: "Ch", Width: 5, Priority: 4},
		{Title: "Webhook", Min: 8, Width: 12, Flex: 2, Priority: 2},
		{Title: "Tries", Short: "Try", Min: 3, Width: 5, Right: true, Priority: 1},
		{Title: "Code", Min: 4, Width: 7, Shrink: 2, Right: true},
		{Title: "Latency", Width: 7, Right: true, Priority: 5},
		{Title: "Next", Min: 7, Width: 9, Right: true, Priority: 1},
		{Title: "Receiver", Short: "Rcv", Min: 3, Width: 11, Priority: 3},
		{Title: "Campaign", Width: 16, Extra: true},
	}
}

// cells returns a delivery's row in the list, with the receiver's verdicts.
func cells(s *screen.Env, row row) []component.Cell {
	th := s.Theme
	state, ink := stateWord(s, row.Delivery)
	return []component.Cell{
		s.ClockCell(row.CreatedAt),
		{Text: state, Style: ink},
		{Text: string(row.Status), Style: th.Text},
		{Text: string(row.Channel), Style: th.Text},
		{Text: row.Webhook, Style: th.Text},
		{Text: strconv.Itoa(row.Attempts), Style: th.Dim},
		codeCell(th, row.Delivery),
		latencyCell(s, row.Delivery),
		nextCell(s, row),
		screen.VerdictCell(th, row.Receipt),
		{Text: row.Campaign, Style: th.Dim},
	}
}

// stateWord returns the glyph and the word of a delivery's state. An event whose time has not come is
// called planned and not queued, because nothing delays it.
func stateWord(s *screen.Env, d storage.Delivery) (string, style.Style) {
	glyph, ink := screen.StateStyle(s.Theme, d.State)
	if s.Planned(d) {
		return glyph + " planned", ink
	}
	return glyph + " " + string(d.State), ink
}

// latencyCell returns how long a delivery took, from when it was committed to the queue until it was final.
func latencyCell(s *screen.Env, d storage.Delivery) component.Cell {
	// Until the delivery is final, its latency would only count up. The column Next is more useful then.
	if d.State.Final() && d.Latency() > 0 {
		return component.Cell{Text: screen.Duration(d.Latency()), Style: s.Theme.Text}
	}
	return component.Cell{Text: style.None, Style: s.Theme.Dim}
}

// nextCell returns when the next attempt is due. Behind a paused webhook that is unknown.
func nextCell(s *screen.Env, r row) component.Cell {
	at := r.NextAttemptAt
	switch {
	case r.State == storage.Queued || r.State == storage.Retrying:
	case r.parked != nil && !r.parked.Paused():
		if until := r.parked.Breaker.OpenUntil; until.After(at) {
			at = until
		}
	default:
		return component.Cell{Text: style.None, Style: s.Theme.Dim}
	}
	due := s.Until(at)
	if s.Planned(r.Delivery) {
		due = s.Due(at)
	}
	return component.Cell{Text: due, Shorter: []string{strings.TrimPrefix(due, "in ")}, Style: s.Theme.Text}
}

// codeCell returns the status of the last answer, or why there was none.
func codeCell(th *style.Theme, d storage.Delivery) component.Cell {
	switch {
	case d.NoAnswer != "":
		return component.Cell{Text: string(d.NoAnswer), Style: th.Strong}
	case d.Code == 0:
		return component.Cell{Text: style.None, Style: th.Dim}
	// Only codes that need attention are coloured.
	case d.Code >= 200 && d.Code < 300:
		return component.Cell{Text: strconv.Itoa(d.Code), Style: th.Text}
	}
	return component.Cell{Text: strconv.Itoa(d.Code), Style: th.Bad}
}

// head returns the delivery and its state, in two lines if they fit.
func head(s *screen.Env, x detail, width int) []string {
	th, row := s.Theme, x.row
	glyph, ink := screen.StateStyle(th, row.State)
	title := " " + ink.Render(glyph) + " " + th.Strong.Render(style.Escape(string(row.Status))) + "   " +
		th.Text.Render(style.Escape(string(row.Channel)+"   "+row.Webhook))
	sentence := stateSentence(s, x)
	state := ink.Render(style.Escape(sentence))
	parts := []string{row.Identity}
	if row.Misbehave != "" {
		parts = append(parts, string(row.Misbehave)+" on purpose")
	}
	if row.ReplayOf != 0 {
		parts = append(parts, "replay of "+row.ReplayOf.String())
	}
	under := " " + th.Dim.Render(style.Escape(strings.Join(parts, "   ")))
	if component.Fits(title, state, width) {
		return []string{component.Spread(title, state+" ", width), component.Fit(under, width)}
	}
	lines := []string{component.Fit(title, width)}
	lines = append(lines, screen.HeadLines(sentence, ink, width)...)
	return append(lines, component.Fit(under, width))
}

// stateSentence describes the state of a delivery.
func stateSentence(s *screen.Env, x detail) string {
	switch d := x.row.Delivery; d.State {
	case storage.StateDelivered, storage.Failed:
		text := string(d.State)
		if d.Code != 0 {
			text += fmt.Sprintf(": %d", d.Code)
		}
		return fmt.Sprintf("%s after %s, %s", text, words.Count(d.Attempts, "attempt"), screen.Duration(d.Latency()))
	case storage.Retrying:
		next := strconv.Itoa(d.Attempts + 1)
		// A person may have retried more often than the schedule says.
		if tries := len(x.plan.Schedule) + 1; tries > d.Attempts {
			next += " of " + strconv.Itoa(tries)
		}
		return fmt.Sprintf("retrying: attempt %s %s", next, s.Until(d.NextAttemptAt))
	case storage.Queued:
		if s.Planned(d) {
			return "planned: due " + s.Due(d.NextAttemptAt)
		}
	case storage.Parked:
		return "parked: " + s.ExplainParked(x.plan.Parked, s.Until)
	}
	return string(x.row.State)
}

// payload is the tab of the event's payload.
func payload(s *screen.Env) screen.Body[detail] {
	return screen.Body[detail]{
		Tab:     tabPayload,
		Content: func(x detail) component.Content { return component.ContentOf(x.event.Payload) },
		Head: func(x detail, read bool, place screen.BodyPlace) []string {
			line := place.Title(s.Theme, "Payload as queued")
			if read {
				line += s.Theme.Dim.Render(fmt.Sprintf("   %s bytes, sent compact", screen.Thousands(int64(len(x.event.Payload)))))
			}
			return []string{component.Fit(line, place.Width)}
		},
	}
}
