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

// detail is everything that is known of one receipt.
type detail struct {
	receipt  storage.Receipt
	delivery storage.Delivery // the zero Delivery: it came from a foreign sender
	plan     storage.Planning // of the delivery
	shown    storage.ShownBody
	token    storage.ReceivedToken
	pretty   []byte // the body indented; nil when it is not JSON
}

// read reads a receipt, and the delivery that brought it, if that is one of ours. What takes long
// with a large body, indenting and decoding it, is done here, off the event loop.
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

// known returns what is known of a row's receipt. The list is read more often, so its pin and
// note are the newer ones.
func known(row storage.Receipt, d detail, read bool) detail {
	if !read {
		return detail{receipt: row}
	}
	d.receipt.Pinned, d.receipt.Note = row.Pinned, row.Note
	return d
}

// noteLines is how many lines of a note are shown. A longer note must not push the verdicts off
// the screen.
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

// headParts puts phrases side by side, as many on a line as fit.
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

// answerSentence says how the request was answered, and whether the response profile replaced the
// status that the verdicts call for.
func answerSentence(r storage.Receipt) string {
	switch {
	case r.Outcome == storage.Dropped:
		return "dropped without an answer"
	case r.Outcome == storage.ClientGone && r.Code == 0:
		return "the sender gave up waiting"
	case r.Outcome == storage.ClientGone:
		return fmt.Sprintf("%d meant, but the sender was gone", r.Code)
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
	d.Paragraph("Duplicates are kept. Order and letter case of the names cannot be known: they are as Go's net/http gives them.", s.Theme.Dim)
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

// describeOrigin draws the delivery of our own engine that brought the receipt.
func describeOrigin(s *screen.Env, d *screen.Detail, x detail) {
	switch {
	case x.receipt.DeliveryID == 0:
		d.Paragraph("It came from a foreign sender: no delivery of ours brought it.", s.Theme.Text)
	case x.delivery.ID == 0:
		d.Paragraph("…", s.Theme.Dim)
	default:
		s.DescribeAttempts(d, x.plan)
		d.Title("Delivery")
		d.Fact("ID", x.delivery.ID.String(), s.Theme.Text)
		d.Fact("Attempt", strconv.Itoa(x.receipt.Attempt), s.Theme.Text)
	}
}
