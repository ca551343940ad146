package screen

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"backchannel/storage"
	"backchannel/storage/words"
	"backchannel/tui/component"
	"backchannel/tui/style"
)

// DescribeAttempts draws the attempts of a delivery on one axis that runs downwards: past ones with
// their outcomes, planned ones with their due times, and the wait between each two.
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

// under adds a text below a point. With more, the axis continues beside the text.
func (x axis) under(text string, ink style.Style, more bool) {
	if text == "" {
		return
	}
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

// gap adds the wait before a point, and the reason for its length.
func (x axis) gap(wait, why string) {
	text := "+ " + wait
	if why != "" {
		text += "   " + why
	}
	x.under(text, x.env.Theme.Dim, true)
}

// waitText formats a wait. From a minute on it has the notation of a webhook's schedule, so that a
// person recognizes the schedule's steps.
func waitText(d time.Duration) string {
	if d >= time.Minute {
		return ShortDuration(d.Round(time.Second))
	}
	return Duration(max(0, d))
}

// made draws a past attempt. more says that planned ones follow.
func (x axis) made(i int, more bool) {
	th, a := x.env.Theme, x.of.Attempts[i]
	if i > 0 {
		before := x.of.Attempts[i-1]
		x.gap(waitText(a.At.Sub(before.Ended())), before.RetryAfterNote())
	}
	last := i == len(x.of.Attempts)-1
	like := storage.LikeEarlier(x.of.Attempts, i)
	var notes []note
	if like > 0 && (a.Error != "" || len(a.ResponseBody) > 0) {
		notes = append(notes, note{"same as attempt " + strconv.Itoa(like), th.Text})
	}
	if split := strings.Join(a.Timings.Parts(Duration), "  "); split != "" {
		notes = append(notes, note{split, th.Dim})
	}
	x.answered(a, notes, more || !last)
	if like == 0 {
		x.result(a, more || !last)
	}
	if last && !more {
		x.under(a.RetryAfterNote(), th.Dim, false)
	}
}

// A note is a text beside a point.
type note struct {
	text string
	ink  style.Style
}

// answered draws the point of a past attempt. Notes that do not fit into its line are drawn below
// it.
func (x axis) answered(a storage.Attempt, notes []note, more bool) {
	th, room := x.env.Theme, x.d.Width-7
	glyph, ink, code := style.Check, th.Good, th.Dim.Render(component.Fit(style.None, 3))
	if a.ErrorClass != "" {
		glyph, ink = style.Cross, th.Bad
	}
	if a.Code != 0 {
		code = ink.Render(component.Fit(strconv.Itoa(a.Code), 3))
	}
	const gap = "   "
	line := th.Dim.Render(x.env.DayOrClock(a.At)) + "  " + code + " " + th.Text.Render(component.FitRight(Duration(a.Timings.Total), 7))
	for len(notes) > 0 && component.Fits(line, gap+notes[0].text, room) {
		line += gap + notes[0].ink.Render(notes[0].text)
		notes = notes[1:]
	}
	x.row(glyph, ink, a.N, line)
	if len(notes) > 0 {
		below := make([]string, len(notes))
		for i, n := range notes {
			below[i] = n.text
		}
		x.under(strings.Join(below, gap), notes[0].ink, more)
	}
}

// mostJSON is how many lines of a JSON answer are drawn on the axis: enough for an error's code and
// message, and few enough to keep the planned attempts in view. The tab Exchange shows all of it.
const mostJSON = 6

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
	for _, line := range lines[:min(len(lines), mostJSON)] {
		x.beside(line, more)
	}
	if rest := len(lines) - mostJSON; rest > 0 {
		x.under(style.More+" "+words.Count(rest, "more line"), th.Dim, more)
	}
}

// indentedLines returns a JSON text indented, in lines of at most width cells. It returns false if
// the text is not an object or an array.
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

// planned draws a planned attempt.
func (x axis) planned(p storage.PlannedAttempt, first, last bool) {
	x.ahead(p, first)
	s, th := x.env, x.env.Theme
	glyph := style.Ring
	if p.By == storage.UnderWay {
		glyph = style.Dot
	}
	at, when := x.due(p)
	said := []string{when}
	if first {
		said = append(said, p.Why())
	} else if last {
		said = append(said, "the last")
	}
	said = slices.DeleteFunc(said, func(phrase string) bool { return phrase == "" })
	line, rest := th.Dim.Render(component.Fit(at, 12))+"  ", strings.Join(said, ", ")
	if fits := component.Fits(line, rest, x.d.Width-7); fits {
		x.row(glyph, th.Text, p.N, line+th.Text.Render(style.Escape(rest)))
	} else {
		x.row(glyph, th.Text, p.N, line)
		x.under(rest, th.Text, !last)
	}
	if due := x.of.Delivery.NextAttemptAt; first && p.By == storage.ByProbe && due.After(x.of.Now) {
		x.under("due at "+s.Clock(due)+", but waits for the probe", th.Dim, !last)
	}
}

// ahead draws the wait before a planned attempt.
func (x axis) ahead(p storage.PlannedAttempt, first bool) {
	if !first {
		why := ""
		if p.By == storage.ByProbe {
			why = "until the circuit breaker's next probe"
		}
		x.gap(strings.TrimSpace(ShortDuration(p.Wait)+" "+p.Spread()), why)
		return
	}
	made := len(x.of.Attempts)
	if made == 0 {
		return
	}
	before, begins := x.of.Attempts[made-1], p.From
	if p.By == storage.UnderWay {
		begins = x.of.Delivery.NextAttemptAt
	}
	if begins.IsZero() {
		x.under(before.RetryAfterNote(), x.env.Theme.Dim, true)
		return
	}
	x.gap(waitText(begins.Sub(before.Ended())), before.RetryAfterNote())
}

// due returns the time of a planned attempt, and how far ahead that is.
func (x axis) due(p storage.PlannedAttempt) (at, ahead string) {
	s := x.env
	switch {
	case p.From.IsZero():
		return style.None, ""
	case p.By == storage.UnderWay:
		return "now", ""
	case !p.Exact():
		return style.About + " " + s.FormatTime(p.Mid()), s.Until(p.Mid())
	case s.Planned(x.of.Delivery):
		return s.DayOrClock(p.From), "due " + s.Due(p.From)
	}
	return s.DayOrClock(p.From), "due " + s.Until(p.From)
}
