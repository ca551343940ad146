package check

import (
	"fmt"
	"strconv"
	"strings"

	"backchannel/storage"
	"backchannel/storage/report"
	"backchannel/tui/component"
	"backchannel/tui/screen"
	"backchannel/tui/style"
)

// columns returns the columns of the list.
func columns() []component.Column {
	return []component.Column{
		{Title: "Result", Width: 9},
		{Title: "Case", Least: 20, Width: 24, Flex: 2},
		{Title: "Level", Width: 6, Priority: 2},
		{Title: "Got", Least: 12, Width: 24, Flex: 3, Priority: 1},
		{Title: "Took", Width: 7, Right: true, Priority: 3},
	}
}

// cells returns the row of a case or of a heading.
func cells(th *style.Theme, r row) []component.Cell {
	if r.heading {
		return headingCells(th, r)
	}
	glyph, word, ink := outcome(th, *r.run, r.c)
	name := r.c.ID
	if !r.whole {
		name = "  " + strings.TrimPrefix(name, r.c.Group()+"/")
	}
	got := th.Dim
	if attention(*r.run, r.c) {
		got = th.Text
	}
	return []component.Cell{
		{Text: glyph + " " + word, Style: ink},
		{Text: name, Style: th.Text},
		{Text: string(r.c.Level), Style: th.Dim},
		{Text: r.c.Got, Style: got},
		{Text: took(r.c), Style: th.Dim},
	}
}

// headingCells returns the row of a heading, with the totals of its cases.
func headingCells(th *style.Theme, r row) []component.Cell {
	fold := style.Open
	if r.folded {
		fold = style.Closed
	}
	verdict := storage.CheckRun{Cases: r.cases}.Verdict()
	progress, ink := headingOutcome(th, r)
	if len(r.cases) == 0 {
		return []component.Cell{{}, {Text: fold + " " + r.name, Style: th.Dim}, {}, {Text: "none", Style: th.Dim}, {}}
	}
	return []component.Cell{
		{Text: progress, Style: ink},
		{Text: fold + " " + r.name, Style: th.Strong},
		{},
		{Text: strings.Join(counts(verdict, false), ", "), Shorter: []string{strings.Join(counts(verdict, true), "  ")}, Style: th.Dim},
		{},
	}
}

// headingOutcome returns how many cases of a heading have ended or, once all have, the worst outcome.
func headingOutcome(th *style.Theme, r row) (text string, ink style.Style) {
	done, all := storage.CheckRun{Cases: r.cases}.Done(), len(r.cases)
	switch {
	case done < all && r.run.State.Ended():
		return fmt.Sprintf("%s %d/%d", style.None, done, all), th.Dim
	case done == 0 && all > 0:
		return style.Info + " " + strconv.Itoa(all), th.Dim
	case done < all:
		return fmt.Sprintf("%s %d/%d", style.Dot, done, all), th.Text
	}
	if c, ok := worst(r.cases); ok {
		glyph, word, ink := outcome(th, *r.run, c)
		return glyph + " " + word, ink
	}
	return "", th.Dim
}

// took returns how long a case has taken.
func took(c storage.CheckCase) string {
	if c.StartedAt.IsZero() || c.EndedAt.IsZero() {
		return ""
	}
	return screen.Duration(c.EndedAt.Sub(c.StartedAt))
}

// outcome returns the glyph, the word and the style of a case's outcome.
func outcome(th *style.Theme, run storage.CheckRun, c storage.CheckCase) (glyph, word string, ink style.Style) {
	word = report.Word(c)
	switch c.Result {
	case storage.CheckPassed:
		return style.Check, word, th.Good
	case storage.CheckFailed:
		return style.Cross, word, th.Bad
	case storage.CheckWarned:
		return style.Warning, word, th.Warn
	case storage.CheckSkipped:
		return style.None, word, th.Dim
	case storage.CheckInformed:
		return style.Info, word, th.Text
	}
	switch {
	case run.State.Ended(): // the process that made the run died
		return style.None, "not run", th.Dim
	case underWay(run, c):
		return style.Dot, word, th.Text
	}
	return style.Info, word, th.Dim
}

// worst returns the case with the worst result. A skipped case counts least, because it says nothing.
func worst(cases []storage.CheckCase) (storage.CheckCase, bool) {
	for _, result := range []storage.CheckResult{storage.CheckFailed, storage.CheckWarned, storage.CheckPassed, storage.CheckInformed, storage.CheckSkipped} {
		for _, c := range cases {
			if c.Result == result {
				return c, true
			}
		}
	}
	return storage.CheckCase{}, false
}

// counts returns the numbers of a verdict that are not 0. In short form they have glyphs for words, and
// only those of failed, warned and passed cases are included.
func counts(v storage.CheckVerdict, short bool) (all []string) {
	for _, part := range []struct {
		n           int
		glyph, what string
	}{
		{v.Failed, style.Cross, "failed"}, {v.Warned, style.Warning, "warned"}, {v.Passed, style.Check, "passed"},
		{v.Informed, "", "informed"}, {v.Skipped, "", "skipped"},
	} {
		switch {
		case part.n == 0, short && part.glyph == "":
		case short:
			all = append(all, part.glyph+strconv.Itoa(part.n))
		default:
			all = append(all, fmt.Sprintf("%d %s", part.n, part.what))
		}
	}
	return all
}

// View draws the summary, the list of the cases and the detail of the selected one.
func (s *Screen) View(width, height int) string {
	switch {
	case s.err != nil && !s.report.read:
		return screen.ReadFailure(s.env.Theme, s.err)
	case !s.report.read:
		return ""
	case s.report.Run.ID == 0:
		return s.summary().welcome(s.actions, width, height)
	}
	lines := append(s.summary().head(width), s.summary().notes(width)...)
	s.above = len(lines)
	if rest := height - len(lines); rest > 0 && len(s.report.Run.Cases) > 0 {
		lines = append(lines, s.Inventory.View(width, rest))
	}
	return strings.Join(lines, "\n")
}
