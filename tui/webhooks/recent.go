package webhooks

import (
	"context"
	"strings"
	"time"

	"backchannel/storage"
	"backchannel/storage/words"
	"backchannel/tui/component"
	"backchannel/tui/screen"
	"backchannel/tui/style"

	tea "github.com/charmbracelet/bubbletea"
)

// readDelay is how long a read of attempts waits after a hint, so that a burst of changes causes only a few
// reads a second.
const readDelay = 250 * time.Millisecond

// A recent follows the outcomes of the latest attempts of one webhook, the selected one.
type recent struct {
	env   *screen.Env
	store Store
	query screen.Query[storage.AttemptTallies]

	of      storage.ID // the webhook, or 0
	read    bool       // at least once
	tallies storage.AttemptTallies
	err     error
}

// newRecent returns a recent that does not follow a webhook yet.
func newRecent(e *screen.Env, store Store) recent {
	return recent{env: e, store: store, query: screen.Query[storage.AttemptTallies]{Ctx: e.Context}}
}

// follow reads the attempts of a webhook, unless it is the one that is being followed.
func (r *recent) follow(webhook storage.ID) tea.Cmd {
	if webhook == r.of {
		return nil
	}
	r.of, r.read, r.tallies, r.err = webhook, false, nil, nil
	return r.query.Restart(r.reader(0))
}

// refresh reads the attempts again if a change affects them. If the change is ChangedAll, because the screen
// has come to the front, it does so without delay.
func (r *recent) refresh(c storage.Change) tea.Cmd {
	switch {
	case r.of == 0 || !c.Has(storage.ChangedDeliveries):
		return nil
	case c == storage.ChangedAll:
		return r.query.Ask(r.reader(0))
	}
	return r.query.Ask(r.reader(readDelay))
}

// reader returns the function that reads the attempts of the webhook after a delay.
func (r *recent) reader(after time.Duration) func(context.Context) (storage.AttemptTallies, error) {
	store, now, webhook := r.store, r.env.Now, r.of
	return func(ctx context.Context) (storage.AttemptTallies, error) {
		if !storage.Sleep(ctx, after) {
			return nil, ctx.Err()
		}
		if webhook == 0 {
			return nil, nil
		}
		return store.AttemptTallies(ctx, webhook, now())
	}
}

// update handles the results of reads.
func (r *recent) update(msg tea.Msg) tea.Cmd {
	a, fresh, cmd := r.query.Take(msg)
	if fresh {
		r.read, r.err = true, a.Err
		if a.Err == nil {
			r.tallies = a.Value
		}
	}
	return cmd
}

// The widths of the parts of the strip, in cells.
const (
	countCells   = 4
	latencyCells = 6
	minBars      = 10
	barsLabel    = "10 min"
)

// lines draws the strip: the outcomes of the attempts of the last ten minutes, their latencies, and when
// they were made. These take one, two or three lines, depending on the width.
func (r *recent) lines(width int) []string {
	th := r.env.Theme
	switch {
	case r.err != nil:
		return screen.HeadLines(r.err.Error(), th.Bad, width)
	case !r.read:
		return []string{""}
	}
	s := r.env.Attempts(r.tallies)
	if s.Attempts == 0 {
		return []string{" " + th.Dim.Render("no attempts in the last 10 minutes")}
	}
	lines := arrange(th, s, width)
	if n := s.Classes[storage.AnsweredOther]; n > 0 {
		lines = append(lines, " "+th.Dim.Render("other")+" "+th.Bad.Render(screen.Thousands(n))+th.Dim.Render(", such as redirects"))
	}
	return lines
}

// arrange puts the parts of the strip on as few lines as the width allows. The bars get the remaining width
// if that is enough for the shortest ones. Numbers have a fixed width, because otherwise the strip would
// change its height while a person watches it.
func arrange(th *style.Theme, s storage.AttemptSummary, width int) []string {
	counts, times := " "+countLine(th, s), latencyLine(th, s)
	one, two := counts+"  "+times, counts
	free := func(before string) int { return width - component.Width(before) - len("  "+" "+barsLabel) }
	switch {
	case free(one) >= minBars:
		return []string{one + "  " + bars(th, s, free(one))}
	case free(two) >= minBars:
		return []string{two + "  " + bars(th, s, free(two)), " " + times}
	}
	return []string{counts, " " + times, " " + bars(th, s, width-len("  "+barsLabel))}
}

// countLine draws the number of attempts of each class, each in a fixed column.
func countLine(th *style.Theme, s storage.AttemptSummary) string {
	var parts []string
	for _, class := range storage.AnswerClasses() {
		n, ink := s.Classes[class], th.Bad
		switch {
		case class == storage.AnsweredOther: // rare, so it has a line of its own
			continue
		case n == 0:
			ink = th.Dim
		case class == storage.Answered2xx:
			ink = th.Text
		}
		number := component.Fit(screen.ShortCount(n, countCells), countCells)
		parts = append(parts, th.Dim.Render(class.Words())+" "+ink.Render(number))
	}
	return strings.Join(parts, " ")
}

// latencyLine draws the percentiles of the latencies, each in a fixed column.
func latencyLine(th *style.Theme, s storage.AttemptSummary) string {
	var parts []string
	for _, p := range []struct {
		name string
		took time.Duration
	}{{"p50", s.P50}, {"p95", s.P95}, {"p99", s.P99}} {
		text, ink := screen.Duration(p.took), th.Text
		if p.took == 0 {
			text, ink = style.None, th.Dim
		}
		parts = append(parts, th.Dim.Render(p.name)+" "+ink.Render(component.Fit(text, latencyCells)))
	}
	return strings.Join(parts, " ")
}

// bars draws a sparkline of the attempts over time in at most the given number of cells, and the length of
// that time.
func bars(th *style.Theme, s storage.AttemptSummary, cells int) string {
	return th.Text.Render(words.Sparkline(s.Spark(cells))) + " " + th.Dim.Render(barsLabel)
}
