package receiver

import (
	"strings"

	"backchannel/storage"
	"backchannel/storage/export"
	"backchannel/tui/screen"
)

// Copies returns the texts of a receipt that a person may want to copy. Tokens in paths are masked, and
// the curl command omits secret headers.
func (r *Screen) Copies() []screen.CopyItem {
	d, read, _ := r.Current()
	if !read {
		return nil
	}
	x := d.receipt
	items := append(r.BodyCopies(), screen.CopyItem{Label: "body", Text: string(x.Body)}, screen.CopyItem{Label: "ID", Text: x.ID.String()},
		screen.CopyItem{Label: "SHA-256", Text: x.SHA256}, screen.CopyItem{Label: "path", Text: storage.WithoutTokens(x.Path)})
	if base := r.env.Status.ReceiverURL(); base != "" && strings.HasPrefix(x.Path, "/") {
		items = append(items,
			screen.CopyItem{Label: "present URL of the receiver", Text: base + storage.WithoutTokens(x.Path)},
			screen.CopyItem{Label: "curl command for the present receiver, without secrets", Text: export.CurlCommand(x, base, r.ca)})
	}
	items = append(items, screen.CopyItem{Label: "verdicts, as receipt show prints them", Text: export.VerdictText(x.Verdicts)}, screen.CopyItem{Label: "body of the answer", Text: answerOf(d)},
		screen.CopyItem{Label: "body of the answer to what was relayed", Text: x.Forward.Answer().Text})
	if x.RequestID != "" {
		items = append(items, screen.CopyItem{Label: "requestId", Text: x.RequestID}, screen.CopyItem{Label: "filter for this message", Text: messageFilter(x.RequestID)})
	}
	items = append(items, screen.CopyItem{Label: "executionId", Text: x.ExecutionID})
	if x.DeliveryID != 0 {
		items = append(items, screen.CopyItem{Label: "delivery ID", Text: x.DeliveryID.String()})
	}
	return items
}

// answerOf returns the body of the answer to a receipt. It is known only if the receipt is of an attempt of
// our engine.
func answerOf(d detail) string {
	for _, a := range d.plan.Attempts {
		if a.N == d.receipt.Attempt {
			return a.Answer().Text
		}
	}
	return ""
}
