package screen

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	"backchannel/storage"
	"backchannel/tui/component"
	"backchannel/tui/style"
)

// ResultStyle returns the glyph and the style of a verdict's result, or of a check's.
func ResultStyle(th *style.Theme, result storage.Result) (string, style.Style) {
	switch result {
	case storage.Pass:
		return style.Check, th.Good
	case storage.Fail:
		return style.Cross, th.Bad
	}
	return style.None, th.Dim
}

// FaultCell returns a verdict in a column of its own: its glyph, and beside that of a failed
// one, brighter than anything else in the row, the word for its fault. Of the path of a field
// the end remains where space is short, and of a word its beginning, unless only the glyph fits.
func FaultCell(th *style.Theme, v storage.Verdict) component.Cell {
	glyph, ink := ResultStyle(th, v.Result)
	word := v.Word()
	if word == "" {
		return component.Cell{Text: glyph, Style: ink}
	}
	cell := component.Cell{Text: glyph + " " + word, Style: th.Strong, Glyph: ink}
	for found := true; found; {
		cell.Shorter = append(cell.Shorter, glyph+" "+word)
		_, rest, more := strings.Cut(word, "/")
		word, found = cmp.Or(rest, word), more
	}
	for _, short := range beginnings(strings.TrimPrefix(word, "no ")) {
		cell.Shorter = append(cell.Shorter, glyph+" "+short)
	}
	cell.Shorter = append(cell.Shorter, glyph)
	return cell
}

// beginnings returns a word and what can be shown of it in less space, as long as it can be told
// from others.
func beginnings(word string) []string {
	const least = 4 // letters, one of which gives way to the ellipsis
	all, letters := []string{word}, []rune(word)
	for n := len(letters) - 2; n >= least-1; n-- {
		all = append(all, string(letters[:n])+style.More)
	}
	return all
}

// VerdictCell returns the built-in receiver's verdicts on a delivery in a few words.
func VerdictCell(th *style.Theme, r storage.Receipt) component.Cell {
	if r.ID == 0 {
		return component.Cell{Text: style.None, Style: th.Dim}
	}
	var failed []string
	fault := "" // of the only verdict that failed
	for _, v := range r.Verdicts.List() {
		if v.Result == storage.Fail {
			failed, fault = append(failed, v.Name), v.Word()
		}
	}
	if len(failed) > 0 {
		cell := FailedCell(th, failed, th.Bad)
		if len(failed) == 1 && fault != "" && fault != failed[0] {
			cell.Shorter = append([]string{cell.Text, style.Cross + " " + fault}, cell.Shorter...)
			cell.Text += ": " + fault
		}
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

// FailedCell returns a cell with the verdicts that failed, or their number if space is short. The
// words are brighter than anything else in the row; ink is the glyph's.
func FailedCell(th *style.Theme, failed []string, ink style.Style) component.Cell {
	words := strings.Join(failed, " ")
	short := strings.NewReplacer("schema", "sch", "target", "tgt", "headers", "hdr", "duplicate", "dup", "order", "ord").Replace(words)
	cell := component.Cell{Text: style.Cross + " " + words, Shorter: []string{style.Cross + " " + short}, Style: th.Strong, Glyph: ink}
	if len(failed) > 1 {
		cell.Shorter = append(cell.Shorter, fmt.Sprintf("%s %d", style.Cross, len(failed)))
	}
	return cell
}
