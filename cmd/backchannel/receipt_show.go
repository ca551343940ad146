package main

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"backchannel/fixtures"
	"backchannel/storage"
	"backchannel/storage/export"
)

// receiptShowCommand returns the command that shows one receipt.
func receiptShowCommand(s receiptSession) *cobra.Command {
	curl := false
	cmd := &cobra.Command{
		Use:   "show ID",
		Short: "Show a receipt: verdicts with their checks, headers, body",
		Example: `backchannel receipt show 01k8p2q7xkz
backchannel receipt show 01k8p2q7xkz --curl`,
		Args: exactly(receiptArgument),
		RunE: s.onReceipt(func(ctx context.Context, store receiptStore, r storage.Receipt, _ []string) error {
			if curl {
				return s.showCurl(ctx, store, func(receiver, ca string) string { return export.CurlCommand(r, receiver, ca) })
			}
			if s.settings.json() {
				return s.out.object(export.OfWholeReceipt(r))
			}
			s.writeReceipt(r)
			return nil
		}),
	}
	registerCurl(cmd, &curl)
	return cmd
}

// writeReceipt writes a receipt with its verdicts, headers and body.
func (s receiptSession) writeReceipt(r storage.Receipt) {
	s.receiptFacts(r).write(s.out, "")
	fmt.Fprint(s.out, "\nVerdicts\n")
	s.writeVerdicts(r.Verdicts)
	s.writeHeaders(headersTitle, r.Headers)
	shown := storage.ShowBody(r.Headers, r.Body, "") // without the flaw, which is one of the facts
	writeBody(s.out, fmt.Sprintf("Body (%d bytes, SHA-256 %s)", len(r.Body), r.SHA256), shown)
	if len(r.Forward.Body) > 0 {
		writeBody(s.out, "Body of the answer to what was relayed", r.Forward.Answer())
	}
}

// headersTitle is the heading of the headers of a request.
const headersTitle = "Headers (with names as net/http writes them; their original order and letter case are unknown)"

// writeHeaders writes headers under a heading.
func (s *printer) writeHeaders(title string, headers []storage.HeaderField) {
	var f facts
	for _, h := range headers {
		f.list(h.Name, formatHeader(h))
	}
	fmt.Fprintf(s.out, "\n%s\n", title)
	f.write(s.out, "  ")
}

// writeBody writes a body under a heading, which says how the body was changed to be shown.
func writeBody(w io.Writer, title string, shown storage.ShownBody) {
	if note := shown.Note(); note != "" {
		title += ", " + note
	}
	writeSection(w, title, pretty([]byte(shown.Text)))
}

// receiptFacts returns the facts of a receipt that fit on one line each.
func (s receiptSession) receiptFacts(r storage.Receipt) facts {
	var f facts
	f.add("Receipt", r.ID.String())
	f.add("Received", s.time(r.ReceivedAt))
	f.add("Webhook", webhookOf(r))
	f.add("Request", strings.TrimSpace(r.Method+" "+storage.WithoutTokens(r.Path)+" "+r.Proto))
	f.add("From", strings.TrimSpace(r.Remote+" "+r.TLSVersion))
	f.add("Event", strings.TrimSpace(r.Channel+" "+r.Status))
	if excluded := fixtures.DescribeExclusion(r.Body); excluded != "" {
		f.add("Exclusion", excluded)
	}
	f.add("To", r.Identity)
	f.add("Request ID", r.RequestID)
	f.add("Campaign", r.Campaign)
	// Without a campaign the ID of the execution is random, so it leads nowhere.
	if r.Campaign != "" {
		f.add("Execution", r.ExecutionID)
	}
	if r.DeliveryID != 0 {
		f.add("Delivery", fmt.Sprintf("%s, attempt %d", r.DeliveryID, r.Attempt))
	}
	f.add("Answer", strings.TrimSpace(number(r.Code)+" "+string(r.Outcome)+" "+latency(r.Duration)))
	if r.Forward.State != "" {
		f.add("Relayed", "to "+storage.WithoutTokens(r.Forward.URL)+": "+r.Forward.String())
	}
	f.add("Flaw", flawText(r))
	if r.Pinned {
		f.add("Pinned", "yes")
	}
	f.text("Note", r.Note)
	return f
}

// writeVerdicts writes the verdicts and, below each, its checks.
func (s receiptSession) writeVerdicts(all storage.Verdicts) {
	// A screen reader needs a name before each check. Otherwise the verdicts look as the console copies
	// them.
	if s.out.labelled == nil {
		for line := range strings.Lines(export.VerdictText(all)) {
			fmt.Fprint(s.out, "  "+line)
		}
		return
	}
	for _, v := range all.List() {
		var f facts
		f.list(v.Name, export.VerdictLines(v)...)
		f.write(s.out, "  ")
	}
}

// flawText returns whether the body arrived incomplete.
func flawText(r storage.Receipt) string {
	switch r.Flaw {
	case storage.BodyCut:
		return "cut: the body is incomplete; the part that arrived is kept"
	case storage.BodyOverLong:
		return fmt.Sprintf("too long: only the first %d bytes of the body are kept", len(r.Body))
	}
	return string(r.Flaw)
}
