package check

import (
	"fmt"
	"strconv"
	"strings"

	"backchannel/storage"
	"backchannel/storage/report"
	"backchannel/storage/words"
	"backchannel/tui/component"
	"backchannel/tui/screen"
	"backchannel/tui/style"
)

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

// headingOutcome says how many of the cases below a heading have ended, or what they come to.
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

// outcome returns the glyph, the word and the style of what came of a case.
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

// worst returns the case of which the result says most about all of them.
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

// counts returns the numbers of a verdict that are not 0, or in short those that matter most,
// with glyphs.
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

// View draws what the run comes to, the list of its cases and the detail of the selected one.
func (s *Screen) View(width, height int) string {
	switch {
	case s.err != nil && !s.read:
		return screen.ReadFailure(s.env.Theme, s.err)
	case !s.read:
		return ""
	case s.report.Run.ID == 0:
		return s.welcome(width, height)
	}
	lines := append(s.head(width), s.notes(width)...)
	if rest := height - len(lines); rest > 0 && len(s.report.Run.Cases) > 0 {
		lines = append(lines, s.Inventory.View(width, rest))
	}
	return strings.Join(lines, "\n")
}

// head draws three lines: what the run comes to, where it went, and how far it is, or once it
// has ended, how it compares with the run before.
func (s *Screen) head(width int) []string {
	th, run := s.env.Theme, s.report.Run
	glyph, word, ink := s.verdict()
	facts := th.Dim.Render(s.facts())
	left := " " + ink.Render(glyph+" "+word) + "   " + th.Text.Render(strings.Join(counts(run.Verdict(), false), "   "))
	if !component.Fits(left, facts+" ", width) {
		left = " " + ink.Render(glyph+" "+word) + "  " + th.Text.Render(strings.Join(counts(run.Verdict(), true), " "))
	}
	return []string{
		component.Spread(left, facts+" ", width),
		component.Spread(" "+th.Dim.Render(style.Escape(run.URL)), th.Dim.Render(s.which())+" ", width),
		s.progress(width),
	}
}

// verdict returns what the run as a whole comes to. The numbers and the reason stand apart.
func (s *Screen) verdict() (glyph, word string, ink style.Style) {
	th, r := s.env.Theme, s.report
	word = r.Headline()
	if end := strings.IndexAny(word, ":;"); end >= 0 {
		word = word[:end]
	}
	switch {
	case r.Run.State == storage.CheckAsked:
		return style.Info, "asked for", th.Text
	case r.Run.State == storage.CheckRunning:
		return style.Dot, word, th.Strong
	case r.Run.State != storage.CheckFinished:
		return style.Warning, word, th.Warn
	case !r.Passed():
		return style.Cross, word, th.Bad
	case r.Run.Verdict().Warned > 0:
		return style.Warning, word, th.Warn
	}
	return style.Check, word, th.Good
}

// facts returns when the run began, how long it took, and what it sent.
func (s *Screen) facts() string {
	run := s.report.Run
	parts := []string{s.env.FormatTime(run.AskedAt)}
	switch {
	case run.StartedAt.IsZero():
	case run.State.Ended():
		parts = append(parts, screen.Duration(run.EndedAt.Sub(run.StartedAt)))
	default:
		parts = append(parts, s.env.Elapsed(run.StartedAt))
	}
	return strings.Join(append(parts, words.Count(run.Requests, "request")), "   ")
}

// which says whether there are other runs.
func (s *Screen) which() string {
	runs := s.report.runs
	for i, r := range runs {
		switch {
		case r.ID != s.report.Run.ID || len(runs) == 1:
		case i == 0:
			return fmt.Sprintf("the newest of %d runs", len(runs))
		default:
			return fmt.Sprintf("an earlier run: %d of %d", len(runs)-i, len(runs))
		}
	}
	return ""
}

// progress draws the bar, or the comparison.
func (s *Screen) progress(width int) string {
	th, r := s.env.Theme, s.report
	if !r.Run.State.Ended() {
		text := fmt.Sprintf("  %d of %d", r.Run.Done(), len(r.Run.Cases))
		return " " + component.Progress(th, r.Run.Done(), len(r.Run.Cases), max(0, min(width, mostBar)-len(text)-2)) + th.Text.Render(text)
	}
	if r.Before == nil {
		return " " + th.Dim.Render("the first run; the next one is compared with it")
	}
	inks := map[string]style.Style{"fixed": th.Good, "broken": th.Bad, "still failing": th.Warn}
	var changes strings.Builder
	for _, change := range r.Changes() {
		ink := th.Dim
		if len(change.Cases) > 0 {
			ink = inks[change.What]
		}
		changes.WriteString("   " + ink.Render(fmt.Sprintf("%d %s", len(change.Cases), change.What)))
	}
	since := " since the run " + s.env.At(r.Before.AskedAt) + ":"
	if !component.Fits(since, changes.String(), width) {
		since = " since " + s.env.FormatTime(r.Before.AskedAt) + ":"
	}
	return component.Fit(th.Dim.Render(since)+changes.String(), width)
}

const mostBar = 120 // columns, the numbers included

// notes draws what a person has to know before anything else: why the run ended early, and why
// none can be made.
func (s *Screen) notes(width int) (lines []string) {
	run, th := s.report.Run, s.env.Theme
	note := func(text string) {
		for _, line := range component.Wrap(style.Warning+" "+style.Escape(text), width-2) {
			lines = append(lines, component.Fit(" "+th.Warn.Render(line), width))
		}
	}
	if run.Reason != "" {
		note(s.env.Translate(run.Reason, run.EndedAt))
	}
	if text := s.waiting(); text != "" {
		note(text)
	}
	if why := s.unfit(s.env.Until); why != "" && run.State.Ended() {
		note(why)
	}
	return lines
}

// waiting says why a run does not go on.
func (s *Screen) waiting() string {
	switch run := s.report.Run; {
	case run.State.Ended():
		return ""
	case run.State == storage.CheckRunning && run.Stop != "":
		return run.Stop + "; the request under way is still waited for"
	case s.env.Status.Alive || !s.env.Status.Read:
		return ""
	case run.State == storage.CheckAsked:
		return "no engine is running, here or in another process, so nothing is sent yet: start backchannel serve, or the console again"
	}
	return "the process that made the run is gone. The run ends as lost once an engine is running (backchannel serve), and can then be made again"
}

// welcome fills the screen until the webhook is checked.
func (s *Screen) welcome(width, height int) string {
	text := []string{
		s.name() + " has not been checked yet. The endpoint check asks whether an endpoint is ready for production: does it accept what Journey Optimizer sends, survive repeats and any order, refuse whoever is not the sender and what is not an event, hold a load, and present its certificate rightly?",
	}
	if why := s.unfit(s.env.Until); why != "" {
		text = append(text, style.Warning+" "+why)
	}
	steps := [][2]string{{"r", "check it"}, {"esc", "back"}}
	if s.report.webhook.ID != 0 {
		requests, rate := s.amount(storage.CheckOptions{})
		steps[0][1] = "check it: " + requests + ", " + rate
	}
	return s.env.Welcome("Endpoint check", text, steps, width, height)
}
