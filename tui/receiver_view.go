package tui

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"backchannel/storage"
	"backchannel/tui/component"
	"backchannel/tui/style"

	"github.com/charmbracelet/lipgloss"
)

// wideFrom is the width from which the body has a pane of its own.
const wideFrom = 160

// View draws list, detail and body, or says what would be here.
func (r *receiver) View(width, height int) string {
	th := r.shared.theme
	switch {
	case r.list.err != nil && !r.list.read:
		return " " + th.Bad.Render(style.Cross+" "+style.Escape(r.list.err.Error()))
	case !r.list.read:
		return ""
	case r.list.Len() == 0 && !r.filter.shown() && !r.list.paused:
		return r.welcome(width, height)
	}
	r.arrange(width)
	layout := r.panes.Layout(width, height)
	views := []string{r.listView(layout.Sizes[paneList]), r.detailView(layout.Sizes[paneDetail])}
	if r.wide {
		views = append(views, r.bodyView(layout.Sizes[paneBody]))
	}
	return layout.Join(th, views...)
}

// arrange fits the panes to the width. Stacked, what has the focus has all of the
// screen.
func (r *receiver) arrange(width int) {
	r.wide = arrangePanes(&r.panes, &r.tabs, panePlan{width: width, wasWide: r.wide, tab: tabBody, rest: tabVerdicts, list: 11})
	r.panes.Zoomed = r.shared.zoomed || r.panes.Focused != paneList && width < stackedBelow
}

// A panePlan says how the width is shared.
type panePlan struct {
	width     int
	wasWide   bool
	tab, rest int // the tab that has a pane of its own while it is wide, and the one shown instead
	list      int // the list's share beside one pane, in twentieths
}

const (
	leastList  = leastWidth // at which the lists show what one looks for in them
	goodList   = 74         // at which they cut neither an address nor the time
	mostList   = 96         // at which they show it at length
	goodDetail = 46         // for the pane beside them
	wideDetail = 106        // for two
)

// shares are the weights of the panes at a width.
func (p panePlan) shares(wide bool) []int {
	if wide {
		list := min(mostList, max(goodList, p.width-wideDetail))
		rest := p.width - 2 - list
		return []int{list, rest * 11 / 20, rest - rest*11/20}
	}
	list := max(leastList, min(goodList, p.width-goodDetail), p.width*p.list/20)
	return []int{list, max(1, p.width-1-list)}
}

// arrangePanes gives a tab a pane of its own where there is room, and takes it away
// where there is not; the focus stays on what it was on.
func arrangePanes(panes *component.Panes, t *tabs, plan panePlan) (wide bool) {
	wide = plan.width >= wideFrom
	panes.Weights = plan.shares(wide)
	switch {
	case wide && !plan.wasWide && t.at == plan.tab:
		t.at = plan.rest
		if panes.Focused == paneDetail {
			panes.Focused = paneBody
		}
	case !wide && panes.Focused == paneBody:
		panes.Focused, t.at = paneDetail, plan.tab
	}
	return wide
}

// stackedBelow is the width from which list and detail stand side by side.
const stackedBelow = 100

func (r *receiver) listView(size component.Size) string {
	r.list.table.Focused = r.panes.Focused == paneList && !r.filter.typing
	r.list.table.Empty = []string{"Nothing matches the filter.", "esc takes it away."}
	if !r.filter.shown() {
		r.list.table.Empty = []string{"Nothing yet. p goes on."}
	}
	return r.filter.below(r.shared.theme, size, func(size component.Size) string {
		r.list.table.SetSize(size.Width, size.Height)
		return r.list.table.View(r.shared.theme)
	})
}

// below draws a list with the filter's line under it, if there is one, and under that
// what is wrong with it.
func (f *filter) below(th *style.Theme, size component.Size, list func(component.Size) string) string {
	if !f.shown() {
		return list(size)
	}
	line := filter{line: f.line, typing: f.typing}
	foot := []string{line.view(th, size.Width)}
	if f.wrong != "" {
		if at := f.pointer(th, size.Width); at != "" {
			foot = append(foot, at)
		}
		lead := "   " + th.Bad.Render(style.Cross) + " "
		for _, text := range component.Wrap(style.Escape(f.wrong), max(1, size.Width-6)) {
			foot = append(foot, lead+th.Text.Render(text))
			lead = "     "
		}
	}
	size.Height = max(0, size.Height-len(foot))
	return strings.TrimPrefix(list(size)+"\n"+strings.Join(foot, "\n"), "\n")
}

func receiptColumns() []component.Column {
	return []component.Column{
		{Title: "Time", Least: 8, Width: 12, Priority: 4},
		{Title: "Event", Width: 11},
		{Title: "Ch", Width: 5, Priority: 2},
		{Title: "Identity", Least: 9, Width: 18, Flex: 3, Priority: 3},
		{Title: "Webhook", Width: 14, Flex: 1, Extra: true},
		{Title: "Answer", Short: "Ans", Least: 4, Width: 6, Right: true},
		{Title: "Auth", Width: 4, Priority: 1},
		{Title: "Schema", Short: "Sch", Least: 3, Width: 6, Priority: 1},
		{Title: "Other", Least: 5, Width: 11, Priority: 5},
	}
}

// receiptRow is a receipt in the list.
func (s *shared) receiptRow(r storage.Receipt) []component.Cell {
	th := s.theme
	event, ink := eventWord(th, r.Status)
	who := component.Cell{Text: r.Identity, Style: th.Text}
	if r.Identity == "" {
		who = component.Cell{Text: r.Method + " " + storage.WithoutTokens(r.Path), Style: th.Dim}
	}
	hook := component.Cell{Text: r.Webhook, Style: th.Dim}
	if r.WebhookID == 0 {
		hook.Text = "unmatched"
	}
	answer, answerInk := answerWord(th, r)
	return []component.Cell{
		s.clockCell(r.ReceivedAt),
		{Text: event, Style: ink},
		{Text: r.Channel, Style: th.Text},
		who, hook,
		{Text: answer, Style: answerInk},
		verdictCell(th, r.Verdicts.Auth),
		verdictCell(th, r.Verdicts.Schema),
		otherVerdicts(th, r.Verdicts),
	}
}

// eventWord is a status as somebody sent it, with its glyph.
func eventWord(th *style.Theme, status string) (string, lipgloss.Style) {
	if status == "" {
		return style.None + " none", th.Dim
	}
	glyph, ink := eventLook(th, storage.Status(status))
	return glyph + " " + status, ink
}

// answerWord is what was answered, or that nothing was.
func answerWord(th *style.Theme, r storage.Receipt) (string, lipgloss.Style) {
	switch {
	case r.Outcome == storage.Dropped:
		return "drop", th.Warn
	case r.Outcome == storage.ClientGone:
		return "gone", th.Warn
	case r.Code == 0:
		return style.None, th.Dim
	case r.Code >= 200 && r.Code < 300:
		return strconv.Itoa(r.Code), th.Text
	}
	return strconv.Itoa(r.Code), th.Bad
}

func resultLook(th *style.Theme, result storage.Result) (string, lipgloss.Style) {
	switch result {
	case storage.Pass:
		return style.Check, th.Good
	case storage.Fail:
		return style.Cross, th.Bad
	}
	return style.None, th.Dim
}

func verdictCell(th *style.Theme, v storage.Verdict) component.Cell {
	glyph, ink := resultLook(th, v.Result)
	return component.Cell{Text: glyph, Style: ink}
}

// otherVerdicts names those that failed besides auth and schema. All but the target
// leave the answer as it is.
func otherVerdicts(th *style.Theme, v storage.Verdicts) component.Cell {
	ink, passed := th.Warn, false
	var failed []string
	for _, verdict := range v.List() {
		switch {
		case verdict.Name == "auth" || verdict.Name == "schema":
		case verdict.Result == storage.Pass:
			passed = true
		case verdict.Result == storage.Fail:
			failed = append(failed, verdict.Name)
		}
	}
	switch {
	case len(failed) == 0 && passed:
		return component.Cell{Text: style.Check, Style: th.Good}
	case len(failed) == 0:
		return component.Cell{Text: style.None, Style: th.Dim}
	case v.Target.Result == storage.Fail:
		ink = th.Bad
	}
	return failedCell(failed, ink)
}

// failedCell names verdicts that failed as far as there is room, else counts them.
func failedCell(failed []string, ink lipgloss.Style) component.Cell {
	words := strings.Join(failed, " ")
	short := strings.NewReplacer("schema", "sch", "target", "tgt", "headers", "hdr", "duplicate", "dup", "order", "ord").Replace(words)
	cell := component.Cell{Text: style.Cross + " " + words, Shorter: []string{style.Cross + " " + short}, Style: ink}
	if len(failed) > 1 {
		cell.Shorter = append(cell.Shorter, fmt.Sprintf("%s %d", style.Cross, len(failed)))
	}
	return cell
}

// welcome says what would be here and how it comes.
func (r *receiver) welcome(width, height int) string {
	return r.shared.welcome("Receiver", r.shared.receiverPlace(), [][2]string{
		{"f", "fire an event at a webhook"},
		{"1", "the webhooks; n makes one"},
	}, width, height)
}

// receiverPlace says where the receiver listens, or why it does not.
func (s *shared) receiverPlace() []string {
	const what = "Every request that reaches the built-in receiver is kept and judged here: its token, its schema, whether it came twice or late."
	switch st := s.status; {
	case st.receiverURL() != "":
		return []string{"Nothing has arrived yet. " + what, "It listens on " + st.receiverURL() + "/feedback/{organization}/{sandbox}, also for senders of your own."}
	case st.read && !st.alive:
		return []string{"Nothing has arrived yet. " + what, "Nobody receives now: the receiver is on as soon as a console or a serve holds the data folder."}
	case st.runtime.ReceiverError != "":
		return []string{"Nothing has arrived yet. " + what, "The receiver is off: " + st.runtime.ReceiverError}
	}
	return []string{"Nothing has arrived yet. " + what}
}

// welcome fills an empty place: what would be there, and the keys that bring it.
func (s *shared) welcome(title string, text []string, steps [][2]string, width, height int) string {
	th, inner := s.theme, min(width-4, 72)
	lines := []string{th.Strong.Render(title), ""}
	for _, paragraph := range text {
		for _, line := range component.Wrap(style.Escape(paragraph), inner) {
			lines = append(lines, th.Text.Render(line))
		}
		lines = append(lines, "")
	}
	for _, step := range steps {
		lines = append(lines, "  "+th.Strong.Render(step[0])+"   "+th.Text.Render(step[1]))
	}
	if len(lines) > height {
		lines = slices.DeleteFunc(lines, func(line string) bool { return line == "" })
	}
	box := component.Lines(lines, inner, len(lines))
	return component.Overlay("", strings.Join(box, "\n"), width, height)
}
