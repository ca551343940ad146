package deliveries

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/charmbracelet/lipgloss"

	"backchannel/storage"
	"backchannel/tui/component"
	"backchannel/tui/screen"
	"backchannel/tui/style"
)

// View draws list, detail and payload, or says what would be here.
func (d *Screen) View(width, height int) string {
	th := d.shared.Theme
	switch {
	case d.List.Err != nil && !d.List.Read:
		return " " + th.Bad.Render(style.Cross+" "+style.Escape(d.List.Err.Error()))
	case !d.List.Read:
		return ""
	case d.List.Len() == 0 && !d.filter.Shown():
		return d.shared.Welcome("Deliveries", []string{"Nothing was fired yet. Each event that is fired at a webhook stands here: how it was delivered, in how many attempts, and what was answered."},
			[][2]string{{"f", "fire an event at a webhook"}, {"1", "the webhooks; n makes one"}}, width, height)
	}
	d.arrange(width)
	layout := d.panes.Layout(width, height)
	views := []string{d.listView(layout.Sizes[screen.PaneList]), d.detailView(layout.Sizes[screen.PaneDetail])}
	if d.wide {
		views = append(views, d.payloadView(layout.Sizes[screen.PaneBody]))
	}
	return layout.Join(th, views...)
}

// arrange fits the panes to the width, as in the receiver.
func (d *Screen) arrange(width int) {
	d.wide = screen.ArrangePanes(&d.panes, &d.tabs, screen.PanePlan{Width: width, WasWide: d.wide, Tab: tabPayload, Rest: tabLog, List: 12})
	d.panes.Zoomed = d.shared.Zoomed || d.panes.Focused != screen.PaneList && width < screen.StackedBelow
}

func (d *Screen) listView(size component.Size) string {
	d.List.Table.Focused = d.panes.Focused == screen.PaneList && !d.filter.Typing
	d.List.Table.Empty = []string{"Nothing matches the filter.", "esc takes it away."}
	return d.filter.Below(d.shared.Theme, size, func(size component.Size) string {
		d.List.Table.SetSize(size.Width, size.Height)
		return d.List.Table.View(d.shared.Theme)
	})
}

func columns() []component.Column {
	return []component.Column{
		{Title: "Time", Least: 8, Width: 12, Priority: 1},
		{Title: "State", Width: 11},
		{Title: "Event", Width: 9},
		{Title: "Ch", Width: 5, Priority: 5},
		{Title: "Webhook", Least: 8, Width: 12, Flex: 2, Priority: 2},
		{Title: "Tries", Short: "Try", Least: 3, Width: 5, Right: true, Priority: 1},
		{Title: "Code", Width: 4, Right: true},
		{Title: "Latency", Width: 7, Right: true, Priority: 4},
		{Title: "Next", Least: 7, Width: 9, Right: true, Priority: 1},
		{Title: "Receiver", Short: "Rcv", Least: 3, Width: 11, Priority: 3},
	}
}

// cells is a delivery in the list, beside what the receiver made of it.
func cells(s *screen.Env, row row) []component.Cell {
	th := s.Theme
	glyph, ink := screen.StateStyle(th, row.State)
	code := style.None
	if row.Code != 0 {
		code = strconv.Itoa(row.Code)
	}
	return []component.Cell{
		s.ClockCell(row.CreatedAt),
		{Text: glyph + " " + string(row.State), Style: ink},
		{Text: string(row.Status), Style: th.Text},
		{Text: string(row.Channel), Style: th.Text},
		{Text: row.Webhook, Style: th.Text},
		{Text: strconv.Itoa(row.Attempts), Style: th.Dim},
		{Text: code, Style: codeInk(th, row.Code)},
		latencyCell(s, row.Delivery),
		nextCell(s, row.Delivery),
		screen.VerdictCell(th, row.Receipt),
	}
}

// latencyCell is how long a delivery took from being queued to its end.
func latencyCell(s *screen.Env, d storage.Delivery) component.Cell {
	if d.State.Final() && d.Latency() > 0 {
		return component.Cell{Text: screen.Duration(d.Latency()), Style: s.Theme.Text}
	}
	return component.Cell{Text: style.None, Style: s.Theme.Dim}
}

// nextCell says when the next attempt is due.
func nextCell(s *screen.Env, d storage.Delivery) component.Cell {
	if d.State != storage.Queued && d.State != storage.Retrying {
		return component.Cell{Text: style.None, Style: s.Theme.Dim}
	}
	due := s.Until(d.NextAttemptAt)
	return component.Cell{Text: due, Shorter: []string{strings.TrimPrefix(due, "in ")}, Style: s.Theme.Text}
}

func codeInk(th *style.Theme, code int) lipgloss.Style {
	switch {
	case code == 0:
		return th.Dim
	case code >= 200 && code < 300:
		return th.Text
	}
	return th.Bad
}

// current is the selected delivery: all of it once it was read, until then what the
// list knows.
func (d *Screen) current() (detail, bool) {
	row, ok := d.List.Selected()
	if ok && d.detail.row.ID == row.ID {
		return d.detail, true
	}
	return detail{row: row}, ok
}

func (d *Screen) detailView(size component.Size) string {
	x, ok := d.current()
	if !ok || !size.Shown() {
		return ""
	}
	th := d.shared.Theme
	head := append(head(d.shared.Env, x, size.Width), "", d.tabs.Head(th, d.panes.Focused == screen.PaneDetail, d.hiddenTabs()...))
	if d.tabs.At == tabPayload {
		body := d.payloadView(component.Size{Width: size.Width, Height: size.Height - len(head)})
		return strings.Join(append(head, body), "\n")
	}
	page := screen.Detail{Theme: th, Width: size.Width}
	if d.tabs.At == tabLog {
		describeLog(d.shared.Env, &page, x)
	} else {
		describeExchanges(&page, d.shared.Env, x.attempts)
	}
	return d.tabs.Show(th, append(head, ""), page.Lines, size)
}

func (d *Screen) hiddenTabs() []int {
	if d.wide {
		return []int{tabPayload}
	}
	return nil
}

// head says which delivery it is and how it stands, in two lines or as many as it
// takes.
func head(s *screen.Env, x detail, width int) []string {
	th, row := s.Theme, x.row
	glyph, ink := screen.StateStyle(th, row.State)
	title := " " + ink.Render(glyph) + " " + th.Strong.Render(style.Escape(string(row.Status))) + "   " +
		th.Text.Render(style.Escape(string(row.Channel)+"   "+row.Webhook))
	sentence := stateSentence(s, x)
	state := ink.Render(style.Escape(sentence))
	parts := []string{row.Identity}
	if row.Misbehave != "" {
		parts = append(parts, string(row.Misbehave)+" on purpose")
	}
	if row.ReplayOf != 0 {
		parts = append(parts, "replay of "+row.ReplayOf.String())
	}
	under := " " + th.Dim.Render(style.Escape(strings.Join(parts, "   ")))
	if component.Fits(title, state, width) {
		return []string{component.Spread(title, state+" ", width), component.Fit(under, width)}
	}
	lines := []string{component.Fit(title, width)}
	lines = append(lines, screen.HeadLines(sentence, ink, width)...)
	return append(lines, component.Fit(under, width))
}

// stateSentence says how a delivery stands.
func stateSentence(s *screen.Env, x detail) string {
	switch d := x.row.Delivery; d.State {
	case storage.StateDelivered, storage.Failed:
		text := string(d.State)
		if d.Code != 0 {
			text += fmt.Sprintf(": %d", d.Code)
		}
		return fmt.Sprintf("%s after %s, %s", text, attemptsWord(d.Attempts), screen.Duration(d.Latency()))
	case storage.Retrying:
		next := strconv.Itoa(d.Attempts + 1)
		if x.tries > d.Attempts {
			next += " of " + strconv.Itoa(x.tries)
		}
		return fmt.Sprintf("retrying: attempt %s %s", next, s.Until(d.NextAttemptAt))
	case storage.Parked:
		return "parked: " + s.ExplainParked(x.parked, s.Until)
	}
	return string(x.row.State)
}

func attemptsWord(n int) string {
	if n == 1 {
		return "1 attempt"
	}
	return fmt.Sprintf("%d attempts", n)
}

// payloadView is the event's payload under a line that says what one sees.
func (d *Screen) payloadView(size component.Size) string {
	x, ok := d.current()
	if !ok || !size.Shown() {
		return ""
	}
	th := d.shared.Theme
	name := th.Dim.Render(" Payload as queued")
	if d.panes.Focused == screen.PaneBody {
		name = th.Accent.Render(style.Bar + "Payload as queued")
	}
	if x.event.ID == 0 {
		return name
	}
	head := name + th.Dim.Render(fmt.Sprintf("   %s bytes, sent compact", screen.Thousands(int64(len(x.event.Payload)))))
	viewer := &d.tabs.Viewers[tabPayload]
	viewer.SetSize(size.Width, max(0, size.Height-1))
	return component.Fit(head, size.Width) + "\n" + viewer.View(th)
}
