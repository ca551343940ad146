package deliveries

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"backchannel/storage"
	"backchannel/tui/component"
	"backchannel/tui/screen"
	"backchannel/tui/style"
)

// describeLog draws the tab with the attempts of a delivery and its other fields.
func describeLog(s *screen.Env, d *screen.Detail, x detail) {
	// Without this, the tab would show "no attempt" for a moment whenever another row is selected.
	if x.row.EventID != 0 && x.event.ID == 0 {
		return // not read yet
	}
	s.DescribeAttempts(d, x.plan)
	d.Title("Delivery")
	d.Fact("Webhook", x.row.Webhook, s.Theme.Text)
	d.Fact("Queued", s.DateUTC(x.row.CreatedAt), s.Theme.Text)
	if x.row.MessageID != 0 {
		d.Fact("Due", s.DateUTC(x.row.DueAt), s.Theme.Text)
		d.Fact("Campaign", x.row.Campaign, s.Theme.Text)
		d.Fact("Execution", x.row.ExecutionID, s.Theme.Text)
	}
	d.Fact("Request ID", x.row.RequestID, s.Theme.Text)
	d.Fact("ID", x.row.ID.String(), s.Theme.Text)
	if r := x.row.Receipt; r.ID != 0 {
		verdict := screen.VerdictCell(s.Theme, r)
		d.Fact("Receiver", verdict.Text, cmp.Or(verdict.Glyph, verdict.Style))
		if reason := s.LocalTimes(screen.FirstFailure(r.Verdicts), r.ReceivedAt); reason != "" {
			d.Fact("", reason, s.Theme.Text)
		}
	}
}

// describeExchanges draws the request and the answer of each attempt, the last attempt first. It does not
// repeat an answer that differs from an earlier one only in its date.
func describeExchanges(s *screen.Env, d *screen.Detail, attempts []storage.Attempt) {
	if len(attempts) == 0 {
		d.Paragraph("No attempt was made yet.", d.Theme.Dim)
	}
	for i, a := range slices.Backward(attempts) {
		d.Lines = append(d.Lines, " "+d.Theme.Strong.Render(fmt.Sprintf("Attempt %d", a.N))+"   "+d.Theme.Dim.Render(s.ClockUTC(a.At)))
		d.Title("Request")
		d.Headers(a.RequestHeaders)
		if like := storage.AnswerLikeEarlier(attempts, i); like > 0 {
			d.Title(fmt.Sprintf("%s, as to attempt %d but for the date", answerTitle(a), like))
		} else {
			d.Title(answerTitle(a))
			describeAnswer(d, a)
		}
		d.Blank()
	}
}

// describeAnswer draws the headers and the body of an answer. JSON is indented and coloured, except for
// lines that are too long: wrapping them would split the escape sequences of their colours.
func describeAnswer(d *screen.Detail, a storage.Attempt) {
	d.Headers(a.ResponseHeaders)
	if len(a.ResponseBody) == 0 {
		return
	}
	answer := a.Answer()
	d.Blank()
	if answer.Note() != "" {
		d.Indented(answer.Note(), d.Theme.Dim)
	}
	pretty, indented := component.PrettyJSON([]byte(answer.Text))
	text := style.EscapeMultiline(string(pretty))
	coloured := component.JSON(d.Theme, pretty)
	for i, line := range strings.Split(text, "\n") {
		if indented && component.Width(line) <= d.Width-4 {
			d.Lines = append(d.Lines, "   "+coloured[i])
			continue
		}
		for _, row := range component.Wrap(line, d.Width-4) {
			d.Lines = append(d.Lines, "   "+d.Theme.Text.Render(row))
		}
	}
}

// answerTitle returns the title of an answer.
func answerTitle(a storage.Attempt) string {
	if a.Code == 0 {
		return "No answer"
	}
	return "Answer " + strconv.Itoa(a.Code)
}
