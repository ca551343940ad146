package receiver

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"backchannel/fixtures"
	"backchannel/storage"
	"backchannel/tui/component"
	"backchannel/tui/screen"
	"backchannel/tui/style"
)

// A detail is everything that is known about one receipt.
type detail struct {
	receipt  storage.Receipt
	delivery storage.Delivery // the zero Delivery: it came from another sender
	plan     storage.Planning // of the delivery
	shown    storage.ShownBody
	token    storage.ReceivedToken
	pretty   []byte // the body indented; nil when it is not JSON
}

// read reads a receipt and, if our engine sent it, its delivery. It also indents and decodes the body,
// which takes long for a large one and so must not happen in the event loop.
func read(ctx context.Context, store Store, id storage.ID) (d detail, err error) {
	if d.receipt, err = store.Receipt(ctx, id); err != nil {
		return d, err
	}
	d.token = d.receipt.Token()
	d.shown = storage.ShowBody(d.receipt.Headers, d.receipt.Body, "")
	if pretty, ok := component.PrettyJSON(d.receipt.Body); ok {
		d.pretty = pretty
	}
	of := d.receipt.DeliveryID
	if of == 0 {
		return d, nil
	}
	if d.delivery, err = store.Delivery(ctx, of); err != nil {
		return d, err
	}
	d.plan, err = storage.FindPlanning(ctx, store, d.delivery, time.Time{})
	return d, err
}

// known returns what is known about a row's receipt. Its pin and note are those of the row, because the
// list is read more often.
func known(row storage.Receipt, d detail, read bool) detail {
	if !read {
		return detail{receipt: row}
	}
	d.receipt.Pinned, d.receipt.Note = row.Pinned, row.Note
	return d
}

// noteLines is how many lines of a note are shown at most, so that a long one does not push the verdicts
// off the screen.
const noteLines = 3

// receiptHead returns what identifies a receipt, in two lines if they fit.
func receiptHead(s *screen.Env, r storage.Receipt, width int) []string {
	th := s.Theme
	event, ink := eventWord(th, r.Status)
	glyph, word, _ := strings.Cut(event, " ")
	if r.Status == "" {
		word = r.Method + " " + storage.WithoutTokens(r.Path)
	}
	title := []string{" " + ink.Render(glyph) + " " + th.Strong.Render(style.Escape(word))}
	for _, text := range []string{r.Channel, r.Identity} {
		if text != "" {
			title = append(title, th.Text.Render(style.Escape(text)))
		}
	}
	if r.Pinned {
		title = append(title, th.Strong.Render(style.Pin)+" "+th.Dim.Render("pinned"))
	}
	hook := r.Webhook
	if r.WebhookID == 0 {
		hook = "no webhook"
	}
	parts := []string{hook, s.ClockUTC(r.ReceivedAt), answerSentence(r)}
	if r.Duration > 0 {
		parts = append(parts, screen.Duration(r.Duration))
	}
	lines := []string{component.Fit(strings.Join(title, "   "), width)}
	lines = append(lines, headParts(parts, th.Dim, width)...)
	if r.Note != "" {
		note := screen.HeadLines(r.Note, th.Text, width)
		lines = append(lines, note[:min(len(note), noteLines)]...)
	}
	return lines
}

// headParts puts phrases side by side, as many as fit on each line.
func headParts(parts []string, ink style.Style, width int) []string {
	const gap = "   "
	var lines []string
	line := ""
	for _, part := range parts {
		switch longer := strings.TrimPrefix(line+gap+part, gap); {
		case line == "" || component.Width(style.Escape(longer)) < width:
			line = longer
		default:
			lines, line = append(lines, screen.HeadLines(line, ink, width)...), part
		}
	}
	return append(lines, screen.HeadLines(line, ink, width)...)
}

// answerSentence returns how the request was answered, and whether the response profile replaced the
// status that follows from the verdicts.
func answerSentence(r storage.Receipt) string {
	switch {
	case r.Outcome == storage.Dropped:
		return "dropped without an answer"
	case r.Outcome == storage.ClientGone && r.Code == 0:
		return "the sender gave up waiting"
	case r.Outcome == storage.ClientGone:
		return fmt.Sprintf("%d not sent: the sender was gone", r.Code)
	case r.Outcome == "" && r.Code == 0:
		return "no answer yet"
	case r.Outcome == "":
		return fmt.Sprintf("answering %d", r.Code)
	}
	text := fmt.Sprintf("answered %d", r.Code)
	if r.WebhookID != 0 && r.Code != r.VerdictStatus() {
		text += " by the response profile"
	}
	return text
}

// describeRequest draws the request without its body.
func describeRequest(s *screen.Env, d *screen.Detail, r storage.Receipt) {
	d.Paragraph(r.Method+" "+storage.WithoutTokens(r.Path)+" "+r.Proto, s.Theme.Strong)
	d.Headers(r.Headers)
	d.Blank()
	d.Paragraph("Duplicates are kept. The original order and letter case of the names are unknown: Go's net/http does not preserve them.", s.Theme.Dim)
	d.Title("Received")
	for _, fact := range [][2]string{
		{"At", s.DateUTC(r.ReceivedAt)}, {"From", r.Remote}, {"TLS", r.TLSVersion}, {"SHA-256", r.SHA256},
		{"Request ID", r.RequestID}, {"Campaign", r.Campaign}, {"Execution", r.ExecutionID}, {"Exclusion", fixtures.DescribeExclusion(r.Body)}, {"Retry count", r.RetryCount}, {"ID", r.ID.String()},
	} {
		if fact[1] != "" {
			d.Fact(fact[0], fact[1], s.Theme.Text)
		}
	}
}

// describeOrigin draws the delivery of our engine that led to the receipt.
func describeOrigin(s *screen.Env, d *screen.Detail, x detail) {
	switch {
	case x.receipt.DeliveryID == 0:
		d.Paragraph("It came from another sender, so it has no delivery here.", s.Theme.Text)
	case x.delivery.ID == 0:
		d.Paragraph("…", s.Theme.Dim)
	default:
		s.DescribeAttempts(d, x.plan)
		d.Title("Delivery")
		d.Fact("ID", x.delivery.ID.String(), s.Theme.Text)
		d.Fact("Attempt", strconv.Itoa(x.receipt.Attempt), s.Theme.Text)
	}
}
