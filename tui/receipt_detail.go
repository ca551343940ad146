package tui

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"backchannel/storage"
	"backchannel/tui/component"
	"backchannel/tui/style"

	"github.com/charmbracelet/lipgloss"
	"github.com/charmbracelet/x/ansi"
)

// receiptDetail is everything about one receipt.
type receiptDetail struct {
	receipt  storage.Receipt
	delivery storage.Delivery // of our own engine; the zero Delivery: a foreign sender's
	attempts []storage.Attempt
	shown    storage.ShownBody
	pretty   []byte // the body indented; nil when it is not JSON
}

// readReceipt reads a receipt, and what our own engine knows of it.
func (s *shared) readReceipt(id storage.ID) func(context.Context) (receiptDetail, error) {
	return func(ctx context.Context) (d receiptDetail, err error) {
		if d.receipt, err = s.Store.Receipt(ctx, id); err != nil {
			return d, err
		}
		d.shown = storage.ShowBody(d.receipt.Headers, d.receipt.Body, "")
		if pretty, ok := component.PrettyJSON(d.receipt.Body); ok {
			d.pretty = pretty
		}
		of := d.receipt.DeliveryID
		if of == 0 {
			return d, nil
		}
		if d.delivery, err = s.Store.Delivery(ctx, of); err != nil {
			return d, err
		}
		if d.attempts, err = s.Store.Attempts(ctx, of); err != nil {
			return d, err
		}
		return d, nil
	}
}

// current is the selected receipt: all of it once it was read, until then what the list
// knows.
func (r *receiver) current() (d receiptDetail, ok bool) {
	row, ok := r.list.selected()
	if ok && r.detail.receipt.ID == row.ID {
		d = r.detail
		d.receipt.Pinned, d.receipt.Note = row.Pinned, row.Note
		return d, true
	}
	return receiptDetail{receipt: row}, ok
}

func (r *receiver) detailView(size component.Size) string {
	d, ok := r.current()
	if !ok || !size.Shown() {
		return ""
	}
	th, focused := r.shared.theme, r.panes.Focused == paneDetail
	head := append(r.shared.receiptHead(d.receipt, size.Width), "", r.tabs.head(th, focused, r.hiddenTabs()...))
	if r.tabs.at == tabBody {
		body := r.bodyView(component.Size{Width: size.Width, Height: size.Height - len(head)})
		return strings.Join(append(head, body), "\n")
	}
	head = append(head, "")
	at := d.receipt.ReceivedAt
	page := sheet{th: th, width: size.Width, local: func(text string) string { return r.shared.localTimes(text, at) }}
	switch r.tabs.at {
	case tabVerdicts:
		page.verdicts(d.receipt.Verdicts, r.allChecks)
		page.forward(d.receipt.Forward)
	case tabHeaders:
		r.shared.describeRequest(&page, d.receipt)
	case tabAttempts:
		r.shared.describeOrigin(&page, d)
	}
	return r.tabs.show(th, head, page.lines, size)
}

// hiddenTabs are those that have a pane of their own.
func (r *receiver) hiddenTabs() []int {
	if r.wide {
		return []int{tabBody}
	}
	return nil
}

const noteLines = 3 // at most; there is more to see

// receiptHead says which receipt it is, in two lines or as many as it takes.
func (s *shared) receiptHead(r storage.Receipt, width int) []string {
	th := s.theme
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
	parts := []string{hook, s.clock(r.ReceivedAt), answerSentence(r)}
	if r.Duration > 0 {
		parts = append(parts, duration(r.Duration))
	}
	lines := []string{component.Fit(strings.Join(title, "   "), width)}
	lines = append(lines, headParts(parts, th.Dim, width)...)
	if r.Note != "" {
		note := headLines(r.Note, th.Text, width)
		lines = append(lines, note[:min(len(note), noteLines)]...)
	}
	return lines
}

// headLines are the lines that a text at the head of a detail takes.
func headLines(text string, ink lipgloss.Style, width int) []string {
	lines := component.Wrap(style.Escape(text), width-1)
	for i, line := range lines {
		lines[i] = component.Fit(" "+ink.Render(line), width)
	}
	return lines
}

// headParts are phrases side by side, as many in a line as fit.
func headParts(parts []string, ink lipgloss.Style, width int) []string {
	const gap = "   "
	var lines []string
	line := ""
	for _, part := range parts {
		switch longer := strings.TrimPrefix(line+gap+part, gap); {
		case line == "" || ansi.StringWidth(style.Escape(longer)) < width:
			line = longer
		default:
			lines, line = append(lines, headLines(line, ink, width)...), part
		}
	}
	return append(lines, headLines(line, ink, width)...)
}

// answerSentence says what became of the request.
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

// describeRequest is the request without its body.
func (s *shared) describeRequest(d *sheet, r storage.Receipt) {
	d.paragraph(r.Method+" "+storage.WithoutTokens(r.Path)+" "+r.Proto, s.theme.Strong)
	d.headers(r.Headers)
	d.blank()
	d.paragraph("Duplicates are kept. Order and letter case of the names cannot be known: they are as Go's net/http gives them.", s.theme.Dim)
	d.title("Received")
	for _, fact := range [][2]string{
		{"At", s.date(r.ReceivedAt)}, {"From", r.Remote}, {"TLS", r.TLSVersion}, {"SHA-256", r.SHA256},
		{"Request ID", r.RequestID}, {"Retry count", r.RetryCount}, {"ID", r.ID.String()},
	} {
		if fact[1] != "" {
			d.fact(fact[0], fact[1], s.theme.Text)
		}
	}
}

// describeOrigin is what our own engine did to bring the receipt about.
func (s *shared) describeOrigin(d *sheet, x receiptDetail) {
	switch {
	case x.receipt.DeliveryID == 0:
		d.paragraph("A foreign sender's: no delivery of ours stands behind it.", s.theme.Text)
	case x.delivery.ID == 0:
		d.paragraph("…", s.theme.Dim)
	default:
		s.describeAttempts(d, x.delivery, x.attempts)
		d.title("Delivery")
		d.fact("ID", x.delivery.ID.String(), s.theme.Text)
		d.fact("Attempt", strconv.Itoa(x.receipt.Attempt), s.theme.Text)
	}
}
