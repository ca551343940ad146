package check

import (
	"fmt"
	"strings"
	"time"

	"backchannel/storage"
	"backchannel/storage/words"
	"backchannel/tui/component"
	"backchannel/tui/screen"
	"backchannel/tui/style"
)

// A summary is what the screen shows about a run as a whole.
type summary struct {
	env *screen.Env
	of  storage.ID // the webhook
	known
}

// name returns the webhook's name, also after it was deleted.
func (s summary) name() string {
	switch {
	case s.webhook.ID != 0:
		return s.webhook.Name
	case len(s.runs) > 0:
		return s.runs[0].Webhook
	}
	w, _ := s.env.Targets.Find(s.of)
	return w.Name
}

// head draws three lines: the verdict, the endpoint, and the progress, or once the run has ended, the
// comparison with the previous run.
func (s summary) head(width int) []string {
	th, run := s.env.Theme, s.Run
	glyph, word, ink := s.verdict()
	facts := th.Dim.Render(s.facts())
	left := " " + ink.Render(glyph+" "+word) + "   " + th.Text.Render(strings.Join(run.Tally().Parts(worstFirst()...), "   "))
	// On a narrow screen the counts are more important than the words for them.
	if !component.Fits(left, facts+" ", width) {
		left = " " + ink.Render(glyph+" "+word) + "  " + th.Text.Render(strings.Join(glyphs(run.Tally()), " "))
	}
	return []string{
		component.Spread(left, facts+" ", width),
		component.Spread(" "+th.Dim.Render(style.Escape(run.URL)), th.Dim.Render(s.which())+" ", width),
		s.progress(width),
	}
}

// verdict returns the verdict on the run. It leaves out the numbers and the reason, which are drawn
// elsewhere.
func (s summary) verdict() (glyph, word string, ink style.Style) {
	th, r := s.env.Theme, s.known
	word = r.Headline()
	if end := strings.IndexAny(word, ":;"); end >= 0 {
		word = word[:end]
	}
	switch {
	case r.Run.State == storage.CheckRequested:
		return style.Info, "asked for", th.Text
	case r.Run.State == storage.CheckRunning:
		return style.Dot, word, th.Strong
	case r.Run.State != storage.CheckFinished:
		return style.Warning, word, th.Warn
	case !r.Passed():
		return style.Cross, word, th.Bad
	case r.Run.Tally()[storage.CheckWarned] > 0:
		return style.Warning, word, th.Warn
	}
	return style.Check, word, th.Good
}

// facts returns when the run was requested, how long it took, and how many requests it sent.
func (s summary) facts() string {
	run := s.Run
	parts := []string{s.env.FormatTime(run.RequestedAt)}
	switch {
	case run.StartedAt.IsZero():
	case run.State.Ended():
		parts = append(parts, screen.Duration(run.EndedAt.Sub(run.StartedAt)))
	default:
		parts = append(parts, s.env.Elapsed(run.StartedAt))
	}
	return strings.Join(append(parts, words.Count(run.Requests, "request")), "   ")
}

// which returns which run of how many is shown, or "" if there is only one.
func (s summary) which() string {
	runs := s.runs
	for i, r := range runs {
		switch {
		case r.ID != s.Run.ID || len(runs) == 1:
		case i == 0:
			return fmt.Sprintf("the newest of %d runs", len(runs))
		default:
			return fmt.Sprintf("an earlier run: %d of %d", len(runs)-i, len(runs))
		}
	}
	return ""
}

// progress draws the progress bar or, once the run has ended, the comparison.
func (s summary) progress(width int) string {
	th, r := s.env.Theme, s.known
	if !r.Run.State.Ended() {
		text := fmt.Sprintf("  %d of %d", r.Run.Tally().Done(), len(r.Run.Cases))
		return " " + component.Progress(th, r.Run.Tally().Done(), len(r.Run.Cases), max(0, min(width, maxBarWidth)-len(text)-2)) + th.Text.Render(text)
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
	since := " since the run " + s.env.At(r.Before.RequestedAt) + ":"
	if !component.Fits(since, changes.String(), width) {
		since = " since " + s.env.FormatTime(r.Before.RequestedAt) + ":"
	}
	return component.Fit(th.Dim.Render(since)+changes.String(), width)
}

// maxBarWidth is the maximum width of a bar with its numbers, in cells.
const maxBarWidth = 120

// notes draws the warnings: why the run ended early, why it does not proceed, and why the webhook cannot
// be checked.
func (s summary) notes(width int) (lines []string) {
	run, th := s.Run, s.env.Theme
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

// waiting returns why a run does not proceed, or "".
func (s summary) waiting() string {
	dead := s.env.Status.Read && !s.env.Status.Alive
	switch run := s.Run; {
	case run.State.Ended():
		return ""
	case dead && run.State == storage.CheckRequested:
		return "no engine is running, here or in another process, so nothing is sent yet: start backchannel serve, or the console again"
	case dead:
		return "the process that ran the check is gone. The run is marked as lost once an engine is running (backchannel serve), and can then be repeated"
	case run.State == storage.CheckRunning && run.Stop != "":
		return run.Stop + "; waiting for the request in flight"
	}
	return ""
}

// unable returns why no run can be requested now, or "".
func (s summary) unable() string {
	if runs := s.runs; len(runs) > 0 && !runs[0].State.Ended() {
		if s.Run.ID != runs[0].ID {
			return "the webhook is being checked already; e leads to that run"
		}
		return "the webhook is being checked already; S stops the run"
	}
	return s.unfit(s.env.At)
}

// unfit returns why the webhook cannot be checked now and what to do about it, or "". when formats the
// time of the breaker's next probe.
func (s summary) unfit(when func(at time.Time) string) string {
	// The order matters: a deleted webhook is neither paused nor parked.
	switch r := s.known; {
	case !r.read:
		return "it has not been read yet"
	case r.webhook.ID == 0:
		return "the webhook was deleted, so its endpoint can no longer be checked"
	case r.parked == nil:
		return ""
	case r.parked.Paused():
		return s.env.ExplainParked(r.parked, when) + ", and only then can its endpoint be checked"
	default:
		return s.env.ExplainParked(r.parked, when) + " at one of its deliveries; its endpoint can be checked once it answers again"
	}
}

// welcome draws the screen of a webhook that has never been checked.
func (s summary) welcome(by Actions, width, height int) string {
	text := []string{
		s.name() + " has not been checked yet. The endpoint check finds out whether an endpoint is ready for production: does it accept what Journey Optimizer sends, cope with repeats and any order, reject other senders and invalid events, withstand load, and present its certificate correctly?",
	}
	if why := s.unfit(s.env.Until); why != "" {
		text = append(text, style.Warning+" "+why)
	}
	steps := [][2]string{{"r", "check it"}, {"esc", "back"}}
	if s.webhook.ID != 0 {
		requests, rate := amount(by, s.webhook, storage.CheckOptions{})
		steps[0][1] = "check it: " + requests + ", " + rate
	}
	return s.env.Welcome("Endpoint check", text, steps, width, height)
}
