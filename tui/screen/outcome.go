package screen

import (
	"fmt"
	"strings"
	"time"

	"backchannel/storage"
	"backchannel/tui/component"
	"backchannel/tui/style"

	"github.com/charmbracelet/lipgloss"
)

// VerdictCell is what the built-in receiver thought of a delivery, in a few words.
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

// ExplainParked says why nothing is tried, and which key ends that; when says of the next
// try when it is.
func (s *Env) ExplainParked(r *storage.ParkedReason, when func(time.Time) string) string {
	if r == nil { // it has just been let go
		return "about to be tried"
	}
	return r.Explain(storage.Remedy{Resume: "it is activated (a in Webhooks)", Retry: "t", When: when(r.Breaker.OpenUntil)})
}

// ToastID names the toast that tells of a delivery.
func ToastID(id storage.ID) string { return "delivery " + id.String() }

// DeliveryName is an event and where it goes.
func DeliveryName(d storage.Delivery) string {
	name := fmt.Sprintf("%s, %s → %s", d.Status, d.Channel, d.Webhook)
	if d.Misbehave != "" {
		return string(d.Misbehave) + " " + name
	}
	return name
}

// FirstFailure says which verdict failed, and why; empty when none did.
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

// FailedCell names verdicts that failed as far as there is room, else counts them.
func FailedCell(failed []string, ink lipgloss.Style) component.Cell {
	words := strings.Join(failed, " ")
	short := strings.NewReplacer("schema", "sch", "target", "tgt", "headers", "hdr", "duplicate", "dup", "order", "ord").Replace(words)
	cell := component.Cell{Text: style.Cross + " " + words, Shorter: []string{style.Cross + " " + short}, Style: ink}
	if len(failed) > 1 {
		cell.Shorter = append(cell.Shorter, fmt.Sprintf("%s %d", style.Cross, len(failed)))
	}
	return cell
}
