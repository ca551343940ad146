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
		{Title: "Case", Min: 20, Width: 24, Flex: 2},
		{Title: "Level", Width: 6, Priority: 2},
		{Title: "Got", Min: 12, Width: 24, Flex: 3, Priority: 1},
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
	tally := storage.TallyCases(r.cases)
	progress, ink := headingOutcome(th, r)
	if len(r.cases) == 0 {
		return []component.Cell{{}, {Text: fold + " " + r.name, Style: th.Dim}, {}, {Text: "none", Style: th.Dim}, {}}
	}
	return []component.Cell{
		{Text: progress, Style: ink},
		{Text: fold + " " + r.name, Style: th.Strong},
		{},
		{Text: strings.Join(tally.Parts(worstFirst()...), ", "), Shorter: []string{strings.Join(glyphs(tally), "  ")}, Style: th.Dim},
		{},
	}
}

// headingOutcome returns how many cases of a heading have ended or, once all have, the worst outcome.
func headingOutcome(th *style.Theme, r row) (text string, ink style.Style) {
	done, all := storage.TallyCases(r.cases).Done(), len(r.cases)
	switch {
	// An interrupted run has no worst outcome: cases that did not run may have been worse.
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
	if c.Result != "" {
		glyph, ink = resultStyle(th, c.Result)
		return glyph, word, ink
	}
	switch {
	case run.State.Ended(): // the process that ran the check died
		return style.None, "not run", th.Dim
	case underWay(run, c):
		return style.Dot, word, th.Text
	}
	return style.Info, word, th.Dim
}

// Glyph returns the glyph of a result. It is always beside the word, because neither a colour nor a
// glyph alone is clear to everyone.
func Glyph(result storage.CheckResult) string {
	glyph, _ := resultStyle(&style.Theme{}, result)
	return glyph
}

// resultStyle returns the glyph and the style of a result.
func resultStyle(th *style.Theme, result storage.CheckResult) (glyph string, ink style.Style) {
	switch result {
	case storage.CheckPassed:
		return style.Check, th.Good
	case storage.CheckFailed:
		return style.Cross, th.Bad
	case storage.CheckWarned:
		return style.Warning, th.Warn
	case storage.CheckInformed:
		return style.Info, th.Text
	}
	return style.None, th.Dim
}

// worstFirst returns the results of cases. A skipped case comes last, because it says nothing.
func worstFirst() []storage.CheckResult {
	return []storage.CheckResult{storage.CheckFailed, storage.CheckWarned, storage.CheckPassed, storage.CheckInformed, storage.CheckSkipped}
}

// worst returns the case with the worst result.
func worst(cases []storage.CheckCase) (storage.CheckCase, bool) {
	for _, result := range worstFirst() {
		for _, c := range cases {
			if c.Result == result {
				return c, true
			}
		}
	}
	return storage.CheckCase{}, false
}

// glyphs returns a tally in short form: of failed, warned and passed cases alone, with glyphs for words.
func glyphs(t storage.CheckTally) (all []string) {
	for _, result := range worstFirst()[:3] {
		if n := t[result]; n > 0 {
			all = append(all, Glyph(result)+strconv.Itoa(n))
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
	// A run that has only been requested has no cases yet.
	if rest := height - len(lines); rest > 0 && len(s.report.Run.Cases) > 0 {
		lines = append(lines, s.Inventory.View(width, rest))
	}
	return strings.Join(lines, "\n")
}
