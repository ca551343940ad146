package deliveries

import (
	"slices"

	"backchannel/storage"
	"backchannel/storage/export"
	"backchannel/tui/screen"
)

// Copies returns the texts about the selected delivery that can be copied.
func (d *Screen) Copies() []screen.CopyItem {
	x, read, ok := d.Current()
	if !ok {
		return nil
	}
	items := append(d.BodyCopies(), screen.CopyItem{Label: "payload", Text: string(x.event.Payload)}, screen.CopyItem{Label: "curl command that sends it again, without secrets", Text: d.curl(x, read)})
	items = append(items,
		screen.CopyItem{Label: "body of the last answer", Text: lastAnswer(x.plan.Attempts)},
		screen.CopyItem{Label: "ID", Text: x.row.ID.String()},
		screen.CopyItem{Label: "URL", Text: d.url(x)},
		screen.CopyItem{Label: "requestId", Text: x.row.RequestID},
		screen.CopyItem{Label: "executionId", Text: x.row.ExecutionID},
		screen.CopyItem{Label: "campaign", Text: x.row.Campaign},
		screen.CopyItem{Label: "error", Text: d.env.Translate(x.row.Error, x.row.CreatedAt)})
	if x.row.Receipt.ID != 0 {
		items = append(items, screen.CopyItem{Label: "receipt ID", Text: x.row.Receipt.ID.String()})
	}
	return items
}

// curl returns the command that sends the delivery again. It returns "" until everything about the
// delivery has been read.
func (d *Screen) curl(x detail, read bool) string {
	w, ok := d.env.Targets.Find(x.row.WebhookID)
	if !ok || !read {
		return ""
	}
	return export.CurlDelivery(w, x.event.Payload, x.plan.Attempts, d.env.Status.ReceiverURL(), d.env.CA)
}

// url returns the URL to which the delivery is sent.
func (d *Screen) url(x detail) string {
	w, ok := d.env.Targets.Find(x.row.WebhookID)
	if !ok {
		return ""
	}
	return storage.WithoutTokens(w.Target(d.env.Status.ReceiverURL()))
}

// lastAnswer returns the body of the last answer that has one.
func lastAnswer(attempts []storage.Attempt) string {
	for _, a := range slices.Backward(attempts) {
		if text := a.Answer().Text; text != "" {
			return text
		}
	}
	return ""
}
