package campaigns

import (
	"fmt"
	"strconv"
	"strings"

	"backchannel/fixtures/execute"
	"backchannel/storage"
	"backchannel/tui/component"
	"backchannel/tui/screen"
	"backchannel/tui/style"
)

// callColumns returns the columns of the list. all says that it has calls of all campaigns, which are then
// a column.
func callColumns(all bool) []component.Column {
	columns := []component.Column{
		{Title: "Time", Min: 8, Width: 12, Priority: 2},
		{Title: "Code", Width: 4, Right: true},
		{Title: "Execution", Min: 20, Width: 34, Flex: 3},
		{Title: "To", Width: 3, Right: true, Priority: 3},
		{Title: "Events", Short: "Ev", Min: 3, Width: 6, Right: true, Priority: 1},
	}
	if all {
		columns = append(columns, component.Column{Title: "Campaign", Min: 12, Width: 16, Priority: 4})
	}
	return append(columns, component.Column{Title: "Request ID", Width: 36, Extra: true, Middle: true})
}

// callCells returns a call's row in the list.
func callCells(e *screen.Env, x storage.Execution) []component.Cell {
	th := e.Theme
	campaign := component.Cell{Text: x.Campaign, Style: th.Text}
	if x.Campaign == "" {
		campaign = component.Cell{Text: style.None, Style: th.Dim}
	}
	cells := []component.Cell{
		e.ClockCell(x.ReceivedAt),
		{Text: strconv.Itoa(x.Code), Style: codeStyle(th, x.Code)},
		resultCell(th, x),
		{Text: strconv.Itoa(x.Recipients), Style: th.Dim},
		{Text: strconv.Itoa(x.Events), Style: th.Dim},
	}
	return append(cells, campaign, component.Cell{Text: x.RequestID, Style: th.Dim})
}

// codeStyle returns the style of an HTTP status.
func codeStyle(th *style.Theme, code int) style.Style {
	if code >= 400 {
		return th.Bad
	}
	return th.Text
}

// resultCell returns the cell with the execution's ID or the fault, and why no events follow.
func resultCell(th *style.Theme, x storage.Execution) component.Cell {
	switch {
	case x.Fault != "":
		return component.Cell{Text: style.Cross + " " + faultText(x), Style: th.Bad}
	case x.RepeatOf != 0:
		return component.Cell{Text: x.ExecutionID + " " + style.Info + " a repeat, nothing executed", Style: th.Dim}
	case x.Silent != "":
		return component.Cell{Text: x.ExecutionID + " " + style.Warning + " no events: " + x.Silent, Style: th.Warn}
	case x.ExecutionID == "":
		return component.Cell{Text: x.Method + " " + storage.WithoutTokens(x.Path), Style: th.Dim}
	}
	return component.Cell{Text: x.ExecutionID, Style: th.Text}
}

// faultText returns the fault of a call, and its method and path unless that is an execution endpoint, as is
// usual. A path may contain a token, which is masked.
func faultText(x storage.Execution) string {
	if strings.Contains(x.Path, "/executions/unitary") || strings.Contains(x.Path, "/executions/highthroughput") {
		return x.Fault
	}
	return x.Fault + ", " + x.Method + " " + storage.WithoutTokens(x.Path)
}

// callHead draws the two lines above the tabs: the answer, and below it the campaign, time, duration and
// request ID.
func callHead(e *screen.Env, c call, width int) []string {
	th := e.Theme
	glyph, ink, name := style.Check, th.Good, c.ExecutionID
	if c.Fault != "" {
		glyph, ink, name = style.Cross, th.Bad, c.Fault
	}
	if name == "" {
		name = c.Method + " " + storage.WithoutTokens(c.Path)
	}
	title := " " + ink.Render(glyph) + " " + th.Strong.Render(style.Escape(fmt.Sprintf("%d %s", c.Code, name)))
	parts := []string{c.Campaign, e.Clock(c.ReceivedAt), screen.Duration(c.Duration), c.RequestID}
	under := strings.TrimLeft(strings.Join(parts, "   "), " ")
	return []string{component.Fit(title, width), component.Fit(" "+th.Dim.Render(style.Escape(under)), width)}
}

// describeResult draws the messages of an accepted call with their lives, or the faults of a rejected one.
func describeResult(e *screen.Env, d *screen.Detail, c call) {
	th := e.Theme
	switch {
	case c.RepeatOf != 0:
		d.Paragraph("Its ID was accepted before: it got the answer of that call, and nothing was executed.", th.Text)
	case c.Silent != "":
		d.Paragraph(style.Warning+" no events: "+c.Silent, th.Warn)
		d.Blank()
	}
	for _, f := range c.faults {
		describeFault(d, f)
	}
	if c.Fault != "" && len(c.faults) == 0 {
		d.Paragraph(c.Fault, th.Text)
	}
	for _, m := range c.messages {
		glyph, ink := messageState(th, m.State)
		d.Lines = append(d.Lines, component.Fit(" "+ink.Render(glyph)+" "+th.Strong.Render(style.Escape(m.Address))+"   "+th.Dim.Render(string(m.Outcome)), d.Width))
		line := lifeCell(e, m)
		d.Lines = append(d.Lines, "   "+line.Style.Render(style.Escape(fitting(line, d.Width-4))))
	}
}

// fitting returns the longest form of a cell's text that fits, or the shortest one, truncated.
func fitting(c component.Cell, width int) string {
	for _, text := range append([]string{c.Text}, c.Shorter...) {
		if component.Width(text) <= width {
			return text
		}
		c.Text = text
	}
	return component.Fit(c.Text, max(0, width))
}

// describeFault draws a fault. The actual value is the brightest, because the rest is the same for every call
// with the same fault.
func describeFault(d *screen.Detail, f execute.Fault) {
	if f.At != "" {
		d.Lines = append(d.Lines, component.Fit(" "+d.Theme.Bad.Render(style.Cross)+" "+d.Theme.Text.Render(style.Escape(f.At)), d.Width))
	}
	d.Indented(f.Got, d.Theme.Strong)
	if f.Expected != "" {
		d.Indented("expected "+f.Expected, d.Theme.Text)
	}
	if f.Remedy != "" {
		d.Indented(style.Arrow+" "+f.Remedy, d.Theme.Text)
	}
}

// describeCall draws the request without its body.
func describeCall(e *screen.Env, d *screen.Detail, c call) {
	d.Paragraph(c.Method+" "+storage.WithoutTokens(c.Path)+" "+c.Proto, e.Theme.Strong)
	d.Headers(c.Headers)
	d.Title("Received")
	repeat := ""
	if c.RepeatOf != 0 {
		repeat = c.RepeatOf.String()
	}
	from := c.Remote
	if from == "" {
		from = "made in this program"
	}
	for _, fact := range [][2]string{
		{"At", e.DateUTC(c.ReceivedAt)}, {"From", from}, {"TLS", c.TLSVersion}, {"Request ID", c.RequestID}, {"Gateway ID", c.XRequestID},
		{"Campaign", c.Campaign}, {"Campaign ID", c.CampaignUUID}, {"Version ID", c.VersionID}, {"Repeats", repeat}, {"ID", c.ID.String()},
	} {
		if fact[1] != "" {
			d.Fact(fact[0], fact[1], e.Theme.Text)
		}
	}
}

// describeAnswer draws the answer as it was sent.
func describeAnswer(e *screen.Env, d *screen.Detail, c call) {
	d.Paragraph("Answered "+strconv.Itoa(c.Code)+" after "+screen.Duration(c.Duration), e.Theme.Strong)
	d.Headers(c.AnswerHeaders)
	d.Blank()
	if c.Sealed {
		d.Paragraph(storage.Masked, e.Theme.Dim)
		return
	}
	pretty, _ := component.PrettyJSON(c.AnswerBody)
	for _, line := range component.JSON(e.Theme, pretty) {
		for _, row := range component.Wrap(line, d.Width-4) {
			d.Lines = append(d.Lines, "   "+row)
		}
	}
}

// bodyContent returns the body, indented and with its faults marked if it is JSON, and otherwise unchanged.
func bodyContent(c call) component.Content {
	switch {
	case c.Sealed:
		return component.Content{Text: storage.Masked}
	case c.pretty != nil:
		return component.Content{Text: string(c.pretty), Indent: true, Flaws: bodyFlaws(c.faults)}
	}
	return component.Content{Text: c.shown.Text}
}

// bodyFlaws returns the faults within the body. They have a JSON Pointer; faults of headers or of the URL do
// not begin with a slash.
func bodyFlaws(faults []execute.Fault) (all []component.Flaw) {
	for _, f := range faults {
		if !strings.HasPrefix(f.At, "/") {
			continue
		}
		what := f.Got
		if f.Expected != "" {
			what = "expected " + f.Expected + ", got " + f.Got
		}
		all = append(all, component.Flaw{Pointer: f.At, What: what})
	}
	return all
}

// bodyHead draws the line above the body: its size, and why it is not shown indented or in full.
func (s *executions) bodyHead(c call, read bool, place screen.BodyPlace) []string {
	text := "Body"
	switch {
	case !read:
	case c.Sealed:
		text += "   contains secrets, so it is masked"
	default:
		text += fmt.Sprintf("   %s bytes", screen.Thousands(int64(len(c.Body))))
		if c.pretty == nil && len(c.Body) > 0 {
			text += "   as received: not JSON"
		}
		if c.Flaw != "" {
			text += "   " + string(c.Flaw) + ": incomplete"
		}
	}
	return []string{place.Title(s.env.Theme, text)}
}
