package tui

import (
	"fmt"
	"strconv"
	"strings"
	"time"

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
	d.wide = arrangePanes(&d.panes, &d.tabs, panePlan{width: width, wasWide: d.wide, tab: tabPayload, rest: tabLog, list: 12})
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

// deliveryCells is a delivery in the list, beside what the receiver made of it.
func (s *shared) deliveryCells(row deliveryRow) []component.Cell {
	th := s.theme
	glyph, ink := look(th, row.State)
	code := style.None
	if row.Code != 0 {
		code = strconv.Itoa(row.Code)
	}
	return []component.Cell{
		s.clockCell(row.CreatedAt),
		{Text: glyph + " " + string(row.State), Style: ink},
		{Text: string(row.Status), Style: th.Text},
		{Text: string(row.Channel), Style: th.Text},
		{Text: row.Webhook, Style: th.Text},
		{Text: strconv.Itoa(row.Attempts), Style: th.Dim},
		{Text: code, Style: codeInk(th, row.Code)},
		s.latencyCell(row.Delivery),
		s.nextCell(row.Delivery),
		judged(th, row.receipt),
	}
}

// latencyCell is how long a delivery took from being queued to its end.
func (s *shared) latencyCell(d storage.Delivery) component.Cell {
	if d.State.Final() && d.Latency() > 0 {
		return component.Cell{Text: duration(d.Latency()), Style: s.theme.Text}
	}
	return component.Cell{Text: style.None, Style: s.theme.Dim}
}

// nextCell says when the next attempt is due.
func (s *shared) nextCell(d storage.Delivery) component.Cell {
	if d.State != storage.Queued && d.State != storage.Retrying {
		return component.Cell{Text: style.None, Style: s.theme.Dim}
	}
	due := s.until(d.NextAttemptAt)
	return component.Cell{Text: due, Shorter: []string{strings.TrimPrefix(due, "in ")}, Style: s.theme.Text}
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
		cell := failedCell(failed, th.Bad)
		cell.Shorter = append(cell.Shorter, style.Cross)
		return cell
	}
	word := " good"
	if r.Verdicts.Auth.Result == storage.Pass {
		word = " verified"
	}
	return component.Cell{Text: style.Check + word, Shorter: []string{style.Check}, Style: th.Good}
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
	head := append(d.shared.deliveryHead(x, size.Width), "", d.tabs.head(th, d.panes.Focused == paneDetail, d.hiddenTabs()...))
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

// deliveryHead says which delivery it is and how it stands, in two lines or as many as it
// takes.
func (s *shared) deliveryHead(x deliveryDetail, width int) []string {
	th, row := s.theme, x.row
	glyph, ink := look(th, row.State)
	title := " " + ink.Render(glyph) + " " + th.Strong.Render(style.Escape(string(row.Status))) + "   " +
		th.Text.Render(style.Escape(string(row.Channel)+"   "+row.Webhook))
	sentence := s.stateSentence(x)
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
	lines = append(lines, headLines(sentence, ink, width)...)
	return append(lines, component.Fit(under, width))
}

// stateSentence says how a delivery stands.
func (s *shared) stateSentence(x deliveryDetail) string {
	switch d := x.row.Delivery; d.State {
	case storage.StateDelivered, storage.Failed:
		text := string(d.State)
		if d.Code != 0 {
			text += fmt.Sprintf(": %d", d.Code)
		}
		return fmt.Sprintf("%s after %s, %s", text, attemptsWord(d.Attempts), duration(d.Latency()))
	case storage.Retrying:
		next := strconv.Itoa(d.Attempts + 1)
		if x.tries > d.Attempts {
			next += " of " + strconv.Itoa(x.tries)
		}
		return fmt.Sprintf("retrying: attempt %s %s", next, s.until(d.NextAttemptAt))
	case storage.Parked:
		return "parked: " + s.explainParked(x.parked, s.until)
	}
	return string(x.row.State)
}

// explainParked says why nothing is tried, and which key ends that; when says of the next
// try when it is.
func (s *shared) explainParked(r *storage.ParkedReason, when func(time.Time) string) string {
	if r == nil { // it has just been let go
		return "about to be tried"
	}
	return r.Explain(storage.Remedy{Resume: "it is activated (a in Webhooks)", Retry: "t", When: when(r.Breaker.OpenUntil)})
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
	name := th.Dim.Render(" Payload as queued")
	if d.panes.Focused == paneBody {
		name = th.Accent.Render(style.Bar + "Payload as queued")
	}
	if x.event.ID == 0 {
		return name
	}
	head := name + th.Dim.Render(fmt.Sprintf("   %s bytes, sent compact", thousands(int64(len(x.event.Payload)))))
	viewer := &d.tabs.viewers[tabPayload]
	viewer.SetSize(size.Width, max(0, size.Height-1))
	return component.Fit(head, size.Width) + "\n" + viewer.View(th)
}
