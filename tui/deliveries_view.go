package tui

import (
	"fmt"
	"strconv"
	"strings"

	"backchannel/storage"
	"backchannel/tui/component"
	"backchannel/tui/style"

	"github.com/charmbracelet/lipgloss"
)

// View draws list, detail and payload, or says what would be here.
func (d *deliveries) View(width, height int) string {
	th := d.shared.theme
	switch {
	case d.list.err != nil && !d.list.read:
		return " " + th.Bad.Render(style.Cross+" "+style.Escape(d.list.err.Error()))
	case !d.list.read:
		return ""
	case d.list.Len() == 0 && !d.filter.shown():
		return d.shared.welcome("Deliveries", []string{"Nothing was fired yet. Each event that is fired at a webhook stands here: how it was delivered, in how many attempts, and what was answered."},
			[][2]string{{"f", "fire an event at a webhook"}, {"1", "the webhooks; n makes one"}}, width, height)
	}
	d.arrange(width)
	layout := d.panes.Layout(width, height)
	views := []string{d.listView(layout.Sizes[paneList]), d.detailView(layout.Sizes[paneDetail])}
	if d.wide {
		views = append(views, d.payloadView(layout.Sizes[paneBody]))
	}
	return layout.Join(th, views...)
}

// arrange fits the panes to the width, as in the receiver.
func (d *deliveries) arrange(width int) {
	d.wide = arrangePanes(&d.panes, &d.tabs, panePlan{
		width: width, wasWide: d.wide, tab: tabPayload, rest: tabLog, narrow: []int{3, 2}, weights: []int{9, 6, 6},
	})
	d.panes.Zoomed = d.shared.zoomed || d.panes.Focused != paneList && width < stackedBelow
}

func (d *deliveries) listView(size component.Size) string {
	d.list.table.Focused = d.panes.Focused == paneList && !d.filter.typing
	d.list.table.Empty = []string{"Nothing matches the filter.", "esc takes it away."}
	return d.filter.below(d.shared.theme, size, func(size component.Size) string {
		d.list.table.SetSize(size.Width, size.Height)
		return d.list.table.View(d.shared.theme)
	})
}

func deliveryColumns() []component.Column {
	return []component.Column{
		{Title: "Time", Width: 12, Priority: 1},
		{Title: "State", Width: 11},
		{Title: "Event", Width: 9},
		{Title: "Ch", Width: 5, Priority: 6},
		{Title: "Webhook", Width: 9, Flex: 2, Priority: 4},
		{Title: "Try", Width: 3, Right: true, Priority: 5},
		{Title: "Code", Width: 4, Right: true},
		{Title: "Took, due", Width: 9, Right: true, Priority: 2},
		{Title: "Receiver", Width: 11, Flex: 1, Priority: 3},
	}
}

// deliveryCells is a delivery in the list, beside what the receiver made of it.
func (s *shared) deliveryCells(row deliveryRow) []component.Cell {
	th := s.theme
	glyph, ink := look(th, row.State)
	code := style.None
	if row.Code != 0 {
		code = strconv.Itoa(row.Code)
	}
	return []component.Cell{
		{Text: s.clock(row.CreatedAt), Style: th.Dim},
		{Text: glyph + " " + string(row.State), Style: ink},
		{Text: string(row.Status), Style: th.Text},
		{Text: string(row.Channel), Style: th.Text},
		{Text: row.Webhook, Style: th.Text},
		{Text: strconv.Itoa(row.Attempts), Style: th.Dim},
		{Text: code, Style: codeInk(th, row.Code)},
		s.tookOrDue(row.Delivery),
		judged(th, row.receipt),
	}
}

// tookOrDue is how long a delivery took, or when its next attempt is due.
func (s *shared) tookOrDue(d storage.Delivery) component.Cell {
	switch {
	case d.State == storage.Queued, d.State == storage.Retrying:
		return component.Cell{Text: s.until(d.NextAttemptAt), Style: s.theme.Text}
	case d.State.Final() && d.Latency() > 0:
		return component.Cell{Text: duration(d.Latency()), Style: s.theme.Dim}
	}
	return component.Cell{Text: style.None, Style: s.theme.Dim}
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

// judged is what the built-in receiver thought of a delivery, in a few words.
func judged(th *style.Theme, r storage.Receipt) component.Cell {
	if r.ID == 0 {
		return component.Cell{Text: style.None, Style: th.Dim}
	}
	var failed []string
	for _, v := range r.Verdicts.List() {
		if v.Result == storage.Fail {
			failed = append(failed, v.Name)
		}
	}
	if len(failed) > 0 {
		return component.Cell{Text: style.Cross + " " + strings.Join(failed, " "), Style: th.Bad}
	}
	if r.Verdicts.Auth.Result == storage.Pass {
		return component.Cell{Text: style.Check + " verified", Style: th.Good}
	}
	return component.Cell{Text: style.Check + " good", Style: th.Good}
}

// current is the selected delivery: all of it once it was read, until then what the
// list knows.
func (d *deliveries) current() (deliveryDetail, bool) {
	row, ok := d.list.selected()
	if ok && d.detail.row.ID == row.ID {
		return d.detail, true
	}
	return deliveryDetail{row: row}, ok
}

func (d *deliveries) detailView(size component.Size) string {
	x, ok := d.current()
	if !ok || !size.Shown() {
		return ""
	}
	th := d.shared.theme
	head := append(d.shared.deliveryHead(x.row, size.Width), "", d.tabs.head(th, d.panes.Focused == paneDetail, d.hiddenTabs()...))
	if d.tabs.at == tabPayload {
		body := d.payloadView(component.Size{Width: size.Width, Height: size.Height - len(head)})
		return strings.Join(append(head, body), "\n")
	}
	page := sheet{th: th, width: size.Width}
	if d.tabs.at == tabLog {
		d.shared.describeLog(&page, x)
	} else {
		describeExchanges(&page, d.shared, x.attempts)
	}
	return d.tabs.show(th, append(head, ""), page.lines, size)
}

func (d *deliveries) hiddenTabs() []int {
	if d.wide {
		return []int{tabPayload}
	}
	return nil
}

// deliveryHead says which delivery it is and how it stands, in two lines.
func (s *shared) deliveryHead(row deliveryRow, width int) []string {
	th := s.theme
	glyph, ink := look(th, row.State)
	title := " " + ink.Render(glyph) + " " + th.Strong.Render(style.Escape(string(row.Status))) + "   " +
		th.Text.Render(style.Escape(string(row.Channel)+"   "+row.Webhook))
	state := ink.Render(style.Escape(s.stateSentence(row.Delivery)))
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
	return []string{component.Fit(title, width), component.Fit(" "+state, width), component.Fit(under, width)}
}

// stateSentence says how a delivery stands.
func (s *shared) stateSentence(d storage.Delivery) string {
	switch d.State {
	case storage.StateDelivered, storage.Failed:
		text := string(d.State)
		if d.Code != 0 {
			text += fmt.Sprintf(": %d", d.Code)
		}
		return fmt.Sprintf("%s after %s, %s", text, attemptsWord(d.Attempts), duration(d.Latency()))
	case storage.Retrying:
		return fmt.Sprintf("retrying: attempt %d %s", d.Attempts+1, s.until(d.NextAttemptAt))
	case storage.Parked:
		return "parked: the webhook is paused, or its breaker is open"
	}
	return string(d.State)
}

func attemptsWord(n int) string {
	if n == 1 {
		return "1 attempt"
	}
	return fmt.Sprintf("%d attempts", n)
}

// payloadView is the event's payload under a line that says what one sees.
func (d *deliveries) payloadView(size component.Size) string {
	x, ok := d.current()
	if !ok || !size.Shown() {
		return ""
	}
	th := d.shared.theme
	name := th.Dim.Render("Payload as queued")
	if d.panes.Focused == paneBody {
		name = th.Accent.Render(style.Closed + "Payload as queued")
	}
	if x.event.ID == 0 {
		return " " + name
	}
	head := " " + name + th.Dim.Render(fmt.Sprintf("   %s bytes, sent compact", thousands(int64(len(x.event.Payload)))))
	viewer := &d.tabs.viewers[tabPayload]
	viewer.SetSize(size.Width, max(0, size.Height-1))
	return component.Fit(head, size.Width) + "\n" + viewer.View(th)
}
