package tui

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"backchannel/storage"
	"backchannel/tui/component"
	"backchannel/tui/style"

	"github.com/charmbracelet/lipgloss"
	"github.com/charmbracelet/x/ansi"
)

// describeAttempts is the log of a delivery: a line or two for each attempt, and when
// the next one is due.
func (s *shared) describeAttempts(d *sheet, of storage.Delivery, attempts []storage.Attempt) {
	for _, a := range attempts {
		s.describeAttempt(d, a)
	}
	th := s.theme
	switch {
	case of.State.Final():
		if len(attempts) == 0 {
			d.paragraph("No attempt was made.", th.Dim)
		}
	case of.State == storage.Parked:
		d.lines = append(d.lines, attemptLine(th, len(attempts)+1, style.None, "not tried while parked"))
	case of.State == storage.Sending:
		d.lines = append(d.lines, attemptLine(th, len(attempts)+1, s.clock(s.ticking()), "under way"))
	default:
		d.lines = append(d.lines, attemptLine(th, len(attempts)+1, s.clock(of.NextAttemptAt), "due "+s.until(of.NextAttemptAt)))
	}
}

// describeLog is the first page of a delivery: its attempts, and what is known besides.
func (s *shared) describeLog(d *sheet, x deliveryDetail) {
	if x.row.EventID != 0 && x.event.ID == 0 {
		return // not read yet
	}
	s.describeAttempts(d, x.row.Delivery, x.attempts)
	d.title("Delivery")
	d.fact("Webhook", x.row.Webhook, s.theme.Text)
	d.fact("Queued", s.date(x.row.CreatedAt), s.theme.Text)
	d.fact("Request ID", x.row.RequestID, s.theme.Text)
	d.fact("ID", x.row.ID.String(), s.theme.Text)
	if r := x.row.receipt; r.ID != 0 {
		verdict := judged(s.theme, r)
		d.fact("Receiver", verdict.Text, verdict.Style)
		if reason := s.localTimes(firstFailure(r.Verdicts), r.ReceivedAt); reason != "" {
			d.fact("", reason, s.theme.Text)
		}
	}
}

// describeExchanges is what went over the wire, the last attempt first.
func describeExchanges(d *sheet, s *shared, attempts []storage.Attempt) {
	if len(attempts) == 0 {
		d.paragraph("No attempt was made yet.", d.th.Dim)
	}
	for _, a := range slices.Backward(attempts) {
		d.lines = append(d.lines, " "+d.th.Strong.Render(fmt.Sprintf("Attempt %d", a.N))+"   "+d.th.Dim.Render(s.clock(a.At)))
		d.title("Request")
		d.headers(a.RequestHeaders)
		d.title(answerTitle(a))
		d.headers(a.ResponseHeaders)
		if len(a.ResponseBody) > 0 {
			answer := a.Answer()
			d.blank()
			if answer.Note() != "" {
				d.indented(answer.Note(), d.th.Dim)
			}
			for _, line := range strings.Split(style.EscapeMultiline(answer.Text), "\n") {
				for _, row := range component.Wrap(line, d.width-4) {
					d.lines = append(d.lines, "   "+d.th.Text.Render(row))
				}
			}
		}
		d.blank()
	}
}

func answerTitle(a storage.Attempt) string {
	if a.Code == 0 {
		return "No answer"
	}
	return "Answer " + strconv.Itoa(a.Code)
}

// fact is a label and its value, wrapped beside it, for panes that may be narrow.
func (d *sheet) fact(label, value string, ink lipgloss.Style) {
	const labels = 11
	for _, line := range component.Wrap(style.Escape(value), max(8, d.width-labels-5)) {
		d.lines = append(d.lines, "   "+d.th.Dim.Render(component.Fit(label, labels))+" "+ink.Render(line))
		label = ""
	}
}

// headers sets names and values in two columns, as wide as the names need.
func (d *sheet) headers(all []storage.HeaderField) {
	const indent, gap = 3, 2
	names := 0
	for _, h := range all {
		names = max(names, ansi.StringWidth(style.Escape(h.Name)))
	}
	names = min(names, d.width/2)
	for _, h := range all {
		name := style.Escape(h.Name)
		for _, line := range component.Wrap(style.Escape(shownValue(h)), max(8, d.width-names-indent-gap-1)) {
			d.lines = append(d.lines, "   "+d.th.Dim.Render(component.Fit(name, names))+"  "+d.th.Text.Render(line))
			name = ""
		}
	}
}

func attemptLine(th *style.Theme, n int, at, text string) string {
	return th.Dim.Render(fmt.Sprintf("%3d   %-12s  %s", n, at, text))
}

func (s *shared) describeAttempt(d *sheet, a storage.Attempt) {
	th := s.theme
	answer, ink := style.None, th.Dim
	if a.Code != 0 {
		answer, ink = strconv.Itoa(a.Code), th.Bad
	}
	glyph, glyphInk := style.Cross, th.Bad
	if a.ErrorClass == "" {
		glyph, glyphInk, ink = style.Check, th.Good, th.Text
	}
	line := fmt.Sprintf("%s   %s  %s %s  %s",
		th.Text.Render(component.FitRight(strconv.Itoa(a.N), 3)), th.Dim.Render(s.clock(a.At)), glyphInk.Render(glyph),
		ink.Render(component.Fit(answer, 3)), th.Text.Render(component.FitRight(duration(a.Timings.Total), 7)))
	split := "  " + th.Dim.Render(timings(a.Timings))
	if component.Fits(line, split, d.width) {
		d.lines = append(d.lines, line+" "+split)
	} else {
		d.lines = append(d.lines, line)
		d.indented(timings(a.Timings), th.Dim)
	}
	if a.Error != "" {
		d.indented(s.told(errorText(a), a.At), th.Strong)
	}
	if body := strings.TrimSpace(a.Answer().Text); body != "" && a.ErrorClass != "" {
		d.indented(excerpt(body), th.Dim)
	}
}

// errorText is what went wrong with an attempt. That a status was answered needs no class.
func errorText(a storage.Attempt) string {
	if a.ErrorClass == storage.ClassStatus || a.ErrorClass == "" {
		return a.Error
	}
	return string(a.ErrorClass) + ": " + a.Error
}

// timings splits an attempt's duration; a part that did not happen is left out.
func timings(t storage.Timings) string {
	var parts []string
	for _, part := range []struct {
		name string
		took time.Duration
	}{{"dns", t.DNS}, {"connect", t.Connect}, {"tls", t.TLS}, {"first byte", t.FirstByte}} {
		if part.took > 0 {
			parts = append(parts, part.name+" "+duration(part.took))
		}
	}
	return strings.Join(parts, "  ")
}

// excerpt is the beginning of an answer's body, which may be long.
func excerpt(body string) string {
	const most = 200
	if runes := []rune(body); len(runes) > most {
		return string(runes[:most]) + style.More
	}
	return body
}

// indented is text that belongs to the line above it.
func (d *sheet) indented(text string, ink lipgloss.Style) {
	for _, line := range component.Wrap(style.Escape(text), d.width-8) {
		d.lines = append(d.lines, "      "+ink.Render(line))
	}
}

// duration is how long something took, short enough for a column.
func duration(d time.Duration) string {
	switch {
	case d < time.Millisecond:
		return fmt.Sprintf("%d µs", d.Microseconds())
	case d < 10*time.Millisecond:
		return fmt.Sprintf("%.1f ms", float64(d)/float64(time.Millisecond))
	case d < time.Second:
		return fmt.Sprintf("%d ms", d.Milliseconds())
	case d < time.Minute:
		return fmt.Sprintf("%.1f s", d.Seconds())
	case d < time.Hour:
		return fmt.Sprintf("%d min", int(d.Minutes()))
	case d < 48*time.Hour:
		return fmt.Sprintf("%.1f h", d.Hours())
	}
	return fmt.Sprintf("%d d", int(d.Hours()/24))
}

// drawAgain has the screen drawn again after so long, if it is not anyway.
func (s *shared) drawAgain(now time.Time, after time.Duration) {
	at := now.Add(after).UnixNano()
	if planned := s.staleAt.Load(); planned == 0 || at < planned {
		s.staleAt.Store(at)
	}
}

// ticking is now, for a clock that goes on.
func (s *shared) ticking() time.Time {
	now := s.Now()
	s.drawAgain(now, tickGap)
	return now
}

// until says how far ahead a time is: "in 21 s", "now". It is drawn again when that is
// another text.
func (s *shared) until(t time.Time) string {
	if t.IsZero() {
		return style.None
	}
	now := s.Now()
	text, lasts := ahead(t.Sub(now))
	if lasts > 0 {
		s.drawAgain(now, lasts)
	}
	return text
}

// ahead says how far ahead something is, and how long that is the right text; 0: for good.
func ahead(d time.Duration) (text string, lasts time.Duration) {
	const seconds, minutes = 100 * time.Second, 100 * time.Minute
	switch {
	case d <= 0:
		return "now", 0
	case d < seconds:
		n := (d + time.Second - 1) / time.Second
		return fmt.Sprintf("in %d s", n), d - (n-1)*time.Second
	case d < minutes:
		n := d / time.Minute
		return fmt.Sprintf("in %d min", n), d - max(n*time.Minute, seconds) + 1
	}
	n := d / time.Hour
	return fmt.Sprintf("in %d h", n), d - max(n*time.Hour, minutes) + 1
}
