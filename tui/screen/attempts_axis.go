package screen

import (
	"strconv"
	"strings"

	"backchannel/storage"
	"backchannel/tui/component"
	"backchannel/tui/style"
)

// DescribeAttempts draws the attempts of a delivery on one axis that runs downwards: those made,
// with what came of them, and those to come, with when they are due. Between two of them is how
// long was waited, or will be.
func (s *Env) DescribeAttempts(d *Detail, p storage.Planning) {
	p.Now = s.Now()
	planned := p.Planned()
	if len(p.Attempts)+len(planned) == 0 {
		d.Paragraph("No attempt was made.", s.Theme.Dim)
	}
	x := axis{s, d, p}
	for i := range p.Attempts {
		x.made(i, len(planned) > 0)
	}
	for i, next := range planned {
		x.planned(next, i == 0, i == len(planned)-1)
	}
}

// An axis draws the attempts of a delivery, one below the other.
type axis struct {
	env *Env
	d   *Detail
	of  storage.Planning
}

// row adds a line with a point on the axis.
func (x axis) row(glyph string, ink style.Style, n int, rest string) {
	line := " " + ink.Render(glyph) + " " + x.env.Theme.Text.Render(component.FitRight(strconv.Itoa(n), 2)) + "  " + rest
	x.d.Lines = append(x.d.Lines, line)
}

// under adds a text beside the axis, which goes on there if there is another point on it.
func (x axis) under(text string, ink style.Style, more bool) {
	for _, line := range component.Wrap(style.Escape(text), max(8, x.d.Width-8)) {
		x.beside(ink.Render(line), more)
	}
}

func (x axis) beside(styled string, more bool) {
	line := " "
	if more {
		line = x.env.Theme.Rule.Render(style.Vertical)
	}
	x.d.Lines = append(x.d.Lines, " "+line+"     "+styled)
}

// gap adds the wait before a point.
func (x axis) gap(wait, why string) {
	text := "+ " + wait
	if why != "" {
		text += "   " + why
	}
	x.under(text, x.env.Theme.Dim, true)
}

// made draws an attempt that was made. more says that others are to come.
func (x axis) made(i int, more bool) {
	s, th, a := x.env, x.env.Theme, x.of.Attempts[i]
	if i > 0 {
		before := x.of.Attempts[i-1]
		x.gap(Duration(max(0, a.At.Sub(before.Ended()))), before.RetryAfterNote())
	}
	more = more || i < len(x.of.Attempts)-1
	glyph, ink, answer := style.Cross, th.Bad, style.None
	if a.ErrorClass == "" {
		glyph, ink = style.Check, th.Good
	}
	code := th.Dim.Render(component.Fit(answer, 3))
	if a.Code != 0 {
		code = ink.Render(component.Fit(strconv.Itoa(a.Code), 3))
	}
	line := th.Dim.Render(s.DayOrClock(a.At)) + "  " + code + " " + th.Text.Render(component.FitRight(Duration(a.Timings.Total), 7))
	like := storage.LikeEarlier(x.of.Attempts, i)
	if folds := a.Error != "" || len(a.ResponseBody) > 0; folds && like > 0 {
		line += "   " + th.Text.Render("as attempt "+strconv.Itoa(like))
	}
	split := "   " + th.Dim.Render(timings(a.Timings))
	if fits := component.Fits(line, split, x.d.Width-7); fits {
		x.row(glyph, ink, a.N, line+split)
	} else {
		x.row(glyph, ink, a.N, line)
		x.under(timings(a.Timings), th.Dim, more)
	}
	if like == 0 {
		x.result(a, more)
	}
	if last := i == len(x.of.Attempts)-1; last && len(x.of.Planned()) == 0 && a.RetryAfterNote() != "" {
		x.under(a.RetryAfterNote(), th.Dim, more)
	}
}

// mostJSON is how many lines of an answer that is JSON stand on the axis. The exchange has all.
const mostJSON = 12

// result draws the error of an attempt and the body of an answer that is not a success.
func (x axis) result(a storage.Attempt, more bool) {
	th := x.env.Theme
	if a.Error != "" {
		x.under(x.env.Translate(errorText(a), a.At), th.Strong, more)
	}
	body := strings.TrimSpace(a.Answer().Text)
	if body == "" || a.ErrorClass == "" {
		return
	}
	lines, indented := indentedLines(th, body, x.d.Width-8)
	if !indented {
		x.under(excerpt(body), th.Dim, more)
		return
	}
	for i, line := range lines {
		if i == mostJSON {
			x.beside(th.Dim.Render(style.More), more)
			break
		}
		x.beside(line, more)
	}
}

// indentedLines returns a text that is JSON in lines of at most so many cells, indented. It
// returns false if the text is not an object or an array.
func indentedLines(th *style.Theme, text string, width int) (lines []string, indented bool) {
	pretty, ok := component.PrettyJSON([]byte(text))
	if !ok || !strings.ContainsAny(text[:1], "{[") {
		return nil, false
	}
	for _, line := range component.JSON(th, pretty) {
		lines = append(lines, component.Fit(line, max(8, width)))
	}
	return lines, true
}

// planned draws an attempt to come.
func (x axis) planned(p storage.PlannedAttempt, first, last bool) {
	s, th := x.env, x.env.Theme
	switch made := len(x.of.Attempts); {
	case first && made > 0 && !p.From.IsZero() && p.By != storage.UnderWay:
		before := x.of.Attempts[made-1]
		x.gap(Duration(max(0, p.From.Sub(before.Ended()))), before.RetryAfterNote())
	case !first:
		x.gap(strings.TrimSpace(ShortDuration(p.Wait)+" "+p.Spread()), map[bool]string{true: p.Why()}[p.By == storage.ByProbe])
	}
	var text []string
	at := s.DayOrClock(p.From)
	switch {
	case p.From.IsZero():
		at = style.None
	case p.By == storage.UnderWay:
		at = s.Clock(s.ticking())
	case !p.Exact():
		at = style.About + " " + s.FormatTime(p.Mid())
		text = append(text, s.Until(p.Mid()))
	case s.Planned(x.of.Delivery):
		text = append(text, "due "+s.Due(p.From))
	default:
		text = append(text, "due "+s.Until(p.From))
	}
	if why := p.Why(); first && why != "" {
		text = append(text, why)
	}
	if last && !first && p.Wait > 0 {
		text = append(text, "the last")
	}
	glyph, ink := style.Ring, th.Text
	if p.By == storage.UnderWay {
		glyph = style.Dot
	}
	line := th.Dim.Render(component.Fit(at, 12)) + "  "
	if rest := strings.Join(text, ", "); component.Fits(line, rest, x.d.Width-7) {
		x.row(glyph, ink, p.N, line+th.Text.Render(style.Escape(rest)))
	} else {
		x.row(glyph, ink, p.N, line)
		x.under(rest, th.Text, !last)
	}
	if due := x.of.Delivery.NextAttemptAt; first && p.By == storage.ByProbe && due.After(x.of.Now) {
		x.under("due at "+s.Clock(due)+", but nothing goes before the probe", th.Dim, !last)
	}
}
