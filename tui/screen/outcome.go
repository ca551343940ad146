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

// FaultCell returns the cell of a verdict: its glyph and, if it failed, the word for its fault,
// brighter than anything else in the row. Where space is short, the path of a field is cut at its
// beginning, a word at its end, and finally only the glyph remains.
func FaultCell(th *style.Theme, v storage.Verdict) component.Cell {
	glyph, ink := ResultStyle(th, v.Result)
	word := v.Word
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

// beginnings returns a word and its truncated forms, the longest first, down to one that can still
// be told from other words.
func beginnings(word string) []string {
	const least = 4 // letters, one of which gives way to the ellipsis
	all, letters := []string{word}, []rune(word)
	for n := len(letters) - 2; n >= least-1; n-- {
		all = append(all, string(letters[:n])+style.More)
	}
	return all
}

// VerdictCell returns a cell that sums up the built-in receiver's verdicts on a delivery.
func VerdictCell(th *style.Theme, r storage.Receipt) component.Cell {
	if r.ID == 0 {
		return component.Cell{Text: style.None, Style: th.Dim}
	}
	var failed []string
	fault := "" // of the only verdict that failed
	for _, v := range r.Verdicts.List() {
		if v.Result == storage.Fail {
			failed, fault = append(failed, v.Name), v.Word
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

// ExplainParked returns why a delivery is parked and which key resumes it. when formats the time of
// the next attempt.
func (s *Env) ExplainParked(r *storage.ParkedReason, when func(time.Time) string) string {
	if r == nil { // the reason has gone since the list was read
		return "about to be tried"
	}
	return r.Explain(storage.Remedy{Resume: "it is activated (a in Webhooks)", Retry: "press t", When: when(r.Breaker.OpenUntil)})
}

// toastID returns the ID of the toast about a delivery.
func toastID(id storage.ID) string { return "delivery " + id.String() }

// DeliveryName returns an event and its webhook.
func DeliveryName(d storage.Delivery) string {
	name := fmt.Sprintf("%s, %s → %s", d.Status, d.Channel, d.Webhook)
	if d.Misbehave != "" {
		return string(d.Misbehave) + " " + name
	}
	return name
}

// FirstFailure returns the first failed verdict and its reason, or "" if none failed.
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

// FailedCell returns a cell with the names of the failed verdicts, or their number if space is short.
// The words are brighter than anything else in the row; ink is the style of the glyph.
func FailedCell(th *style.Theme, failed []string, ink style.Style) component.Cell {
	words := strings.Join(failed, " ")
	short := strings.NewReplacer("schema", "sch", "target", "tgt", "headers", "hdr", "duplicate", "dup", "order", "ord").Replace(words)
	cell := component.Cell{Text: style.Cross + " " + words, Shorter: []string{style.Cross + " " + short}, Style: th.Strong, Glyph: ink}
	if len(failed) > 1 {
		cell.Shorter = append(cell.Shorter, fmt.Sprintf("%s %d", style.Cross, len(failed)))
	}
	return cell
}
