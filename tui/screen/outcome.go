package screen

import (
	"fmt"
	"strings"
	"time"

	"backchannel/storage"
	"backchannel/tui/component"
	"backchannel/tui/style"
)

// VerdictCell returns the built-in receiver's verdicts on a delivery in a few words.
func VerdictCell(th *style.Theme, r storage.Receipt) component.Cell {
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
		cell := FailedCell(failed, th.Bad)
		cell.Shorter = append(cell.Shorter, style.Cross)
		return cell
	}
	word := " good"
	if r.Verdicts.Auth.Result == storage.Pass {
		word = " verified"
	}
	return component.Cell{Text: style.Check + word, Shorter: []string{style.Check}, Style: th.Good}
}

// ExplainParked says why a delivery is parked, and which key ends that. when formats the time of
// the next attempt.
func (s *Env) ExplainParked(r *storage.ParkedReason, when func(time.Time) string) string {
	if r == nil { // the reason has just ended
		return "about to be tried"
	}
	return r.Explain(storage.Remedy{Resume: "it is activated (a in Webhooks)", Retry: "t", When: when(r.Breaker.OpenUntil)})
}

// ToastID returns the ID of the toast about a delivery.
func ToastID(id storage.ID) string { return "delivery " + id.String() }

// DeliveryName returns an event and its webhook.
func DeliveryName(d storage.Delivery) string {
	name := fmt.Sprintf("%s, %s → %s", d.Status, d.Channel, d.Webhook)
	if d.Misbehave != "" {
		return string(d.Misbehave) + " " + name
	}
	return name
}

// FirstFailure returns the first verdict that failed, and why, or "" if none did.
func FirstFailure(v storage.Verdicts) string {
	for _, verdict := range v.List() {
		switch {
		case verdict.Result != storage.Fail:
		case strings.HasPrefix(verdict.Reason, verdict.Name+":"):
			return verdict.Reason
		default:
			return verdict.Name + ": " + verdict.Reason
		}
	}
	return ""
}

// FailedCell returns a cell with the verdicts that failed, or their number if space is short.
func FailedCell(failed []string, ink style.Style) component.Cell {
	words := strings.Join(failed, " ")
	short := strings.NewReplacer("schema", "sch", "target", "tgt", "headers", "hdr", "duplicate", "dup", "order", "ord").Replace(words)
	cell := component.Cell{Text: style.Cross + " " + words, Shorter: []string{style.Cross + " " + short}, Style: ink}
	if len(failed) > 1 {
		cell.Shorter = append(cell.Shorter, fmt.Sprintf("%s %d", style.Cross, len(failed)))
	}
	return cell
}
