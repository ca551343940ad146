package campaigns

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"backchannel/storage"
	"backchannel/tui/component"
	"backchannel/tui/screen"
	"backchannel/tui/style"
)

// lifeGap separates the steps of a life.
const lifeGap = " " + style.Horizontal + " "

// A lifeForm says what the line of a message's life includes.
type lifeForm struct{ clock, planned, took, codes bool }

// lifeCell returns the life of a message on one line, with shorter forms, which leave out one after another the
// word planned, the codes of successful answers, the time of day, and the duration of each step.
func lifeCell(e *screen.Env, m storage.Message) component.Cell {
	cell := component.Cell{Style: lifeStyle(e.Theme, m)}
	for i, f := range []lifeForm{{true, true, true, true}, {true, false, true, true}, {true, false, true, false}, {took: true}, {}} {
		text := lifeLine(e, m, f)
		if i == 0 {
			cell.Text = text
			continue
		}
		cell.Shorter = append(cell.Shorter, text)
	}
	return cell
}

// lifeLine returns a life in one form, as in "12:00:01 planned ─ .2 s ─ sent 200 ─ 1.9 s ─ delivered 200". An
// excluded message has no steps. Its line says why it was excluded.
func lifeLine(e *screen.Env, m storage.Message, f lifeForm) string {
	begin := ""
	if f.clock {
		begin = e.FormatTime(m.CreatedAt)
	}
	if m.State == storage.MessageExcluded {
		return strings.TrimSpace(begin + " excluded " + m.Exclusion.Code + " " + m.Exclusion.Reason)
	}
	if f.planned {
		begin += " planned"
	}
	var parts []string
	if begin != "" {
		parts = append(parts, begin)
	}
	for _, s := range m.Life() {
		if s.Ended() && f.took {
			parts = append(parts, tookText(s.Took))
		}
		parts = append(parts, stepText(e, s, f.codes))
	}
	if len(m.Events) == 0 {
		parts = append(parts, "no events")
	}
	return strings.Join(parts, lifeGap)
}

// tookText formats how long a step took in few cells: ".2 s", "1.9 s". Below 0.1 s one decimal place would show
// nothing, and from a minute on it would show too much.
func tookText(d time.Duration) string {
	if d < 100*time.Millisecond || d >= time.Minute {
		return screen.Duration(d)
	}
	return strings.TrimPrefix(fmt.Sprintf("%.1f s", d.Seconds()), "0")
}

// stepText returns the state of a step. codes says whether to include the HTTP status of a successful one. That of
// a failure is always included.
func stepText(e *screen.Env, s storage.LifeStep, codes bool) string {
	word, code := string(s.Status), ""
	if s.Code != 0 {
		code = " " + strconv.Itoa(s.Code)
	}
	switch s.State {
	case storage.StateDelivered:
		if codes {
			return word + code
		}
		return word
	case storage.Failed:
		return word + " failed" + code
	case storage.Retrying:
		return word + code + " retrying"
	case storage.Sending:
		return word + " in flight"
	case storage.Queued:
		return word + " due " + e.Due(s.DueAt)
	}
	return word + " " + string(s.State)
}

// lifeStyle returns the style of a life, which warns if an event does not reach the webhook. A bounce that has
// reached it is not a reason to warn.
func lifeStyle(th *style.Theme, m storage.Message) style.Style {
	ink := th.Text
	for _, s := range m.Events {
		switch s.State {
		case storage.Failed:
			return th.Bad
		case storage.Retrying, storage.Parked:
			ink = th.Warn
		}
	}
	return ink
}

// messageState returns the glyph and the style of a message's state. They are neutral, like those of the event
// with the same name: a message that bounced is not a failure of the webhook.
func messageState(th *style.Theme, state storage.MessageState) (string, style.Style) {
	switch state {
	case storage.MessagePlanned:
		return style.Info, th.Dim
	case storage.MessageExcluded:
		return style.None, th.Dim
	}
	return screen.EventStyle(th, storage.Status(state))
}

// describeLife draws the life of a message step by step: when each step ended, how long it took and the error of
// its delivery, or when it is due.
func describeLife(e *screen.Env, d *screen.Detail, x message) {
	th := e.Theme
	line := func(at time.Time, glyph string, ink style.Style, text string) {
		whole := component.Fit(e.DayOrClock(at), 12) + "  "
		d.Lines = append(d.Lines, component.Fit("  "+th.Dim.Render(whole)+ink.Render(glyph)+" "+th.Text.Render(style.Escape(text)), d.Width))
	}
	line(x.CreatedAt, style.Info, th.Dim, "planned")
	for _, s := range x.Life() {
		glyph, ink := screen.StateStyle(th, s.State)
		at, text := s.DueAt, stepText(e, s, true)
		if s.Ended() {
			at, text = s.FinishedAt, text+"   after "+tookText(s.Took)
		}
		line(at, glyph, ink, text)
		if why := x.deliveries[s.DeliveryID]; why.Error != "" && s.State != storage.StateDelivered {
			d.Indented(e.Translate(why.Error, why.FinishedAt), th.Strong)
		}
	}
	switch {
	case x.State == storage.MessageExcluded:
		d.Paragraph("excluded: "+x.Exclusion.Code+" "+x.Exclusion.Reason+". Nothing is sent, so there are no events.", th.Text)
	case x.silent != "":
		d.Paragraph(style.Warning+" no events: "+x.silent, th.Warn)
	}
}
