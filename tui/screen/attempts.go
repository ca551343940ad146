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

// DescribeAttempts draws the log of a delivery: one or two lines for each attempt, and when
// the next one is due.
func (s *Env) DescribeAttempts(d *Detail, of storage.Delivery, attempts []storage.Attempt) {
	for _, a := range attempts {
		s.describeAttempt(d, a)
	}
	th := s.Theme
	switch {
	case of.State.Final():
		if len(attempts) == 0 {
			d.Paragraph("No attempt was made.", th.Dim)
		}
	case of.State == storage.Parked:
		d.Lines = append(d.Lines, attemptLine(th, len(attempts)+1, style.None, "not tried while parked"))
	case s.Planned(of):
		d.Lines = append(d.Lines, attemptLine(th, 1, s.Clock(of.NextAttemptAt), "due "+s.Due(of.NextAttemptAt)))
	case of.State == storage.Sending:
		d.Lines = append(d.Lines, attemptLine(th, len(attempts)+1, s.Clock(s.ticking()), "under way"))
	default:
		d.Lines = append(d.Lines, attemptLine(th, len(attempts)+1, s.Clock(of.NextAttemptAt), "due "+s.Until(of.NextAttemptAt)))
	}
}

func attemptLine(th *style.Theme, n int, at, text string) string {
	return th.Dim.Render(fmt.Sprintf("%3d   %-12s  %s", n, at, text))
}

func (s *Env) describeAttempt(d *Detail, a storage.Attempt) {
	th := s.Theme
	answer, ink := style.None, th.Dim
	if a.Code != 0 {
		answer, ink = strconv.Itoa(a.Code), th.Bad
	}
	glyph, glyphInk := style.Cross, th.Bad
	if a.ErrorClass == "" {
		glyph, glyphInk, ink = style.Check, th.Good, th.Text
	}
	line := fmt.Sprintf("%s   %s  %s %s  %s",
		th.Text.Render(component.FitRight(strconv.Itoa(a.N), 3)), th.Dim.Render(s.Clock(a.At)), glyphInk.Render(glyph),
		ink.Render(component.Fit(answer, 3)), th.Text.Render(component.FitRight(Duration(a.Timings.Total), 7)))
	split := "  " + th.Dim.Render(timings(a.Timings))
	if component.Fits(line, split, d.Width) {
		d.Lines = append(d.Lines, line+" "+split)
	} else {
		d.Lines = append(d.Lines, line)
		d.Indented(timings(a.Timings), th.Dim)
	}
	if a.Error != "" {
		d.Indented(s.Translate(errorText(a), a.At), th.Strong)
	}
	if body := strings.TrimSpace(a.Answer().Text); body != "" && a.ErrorClass != "" {
		d.Indented(excerpt(body), th.Dim)
	}
}

// errorText returns the error of an attempt with its class, unless a status says it all.
func errorText(a storage.Attempt) string {
	if a.ErrorClass == storage.ClassStatus || a.ErrorClass == "" {
		return a.Error
	}
	return string(a.ErrorClass) + ": " + a.Error
}

// timings returns the parts of an attempt's duration. A connection that was reused has no dns
// and connect.
func timings(t storage.Timings) string {
	var parts []string
	for _, part := range []struct {
		name string
		took time.Duration
	}{{"dns", t.DNS}, {"connect", t.Connect}, {"tls", t.TLS}, {"first byte", t.FirstByte}} {
		if part.took > 0 {
			parts = append(parts, part.name+" "+Duration(part.took))
		}
	}
	return strings.Join(parts, "  ")
}

// excerpt returns the beginning of an answer's body, which may have 16 KiB.
func excerpt(body string) string {
	const most = 200
	if runes := []rune(body); len(runes) > most {
		return string(runes[:most]) + style.More
	}
	return body
}
