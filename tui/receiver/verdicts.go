package receiver

import (
	"strings"

	"backchannel/storage"
	"backchannel/tui/component"
	"backchannel/tui/screen"
	"backchannel/tui/style"
)

// verdictLabel is the width of the column with the names of verdicts and checks, in cells. Longer names
// have a line of their own.
const verdictLabel = 10

// describeVerdicts draws the tab of the verdicts.
func (r *Screen) describeVerdicts(page *screen.Detail, d detail) {
	page.Local = func(text string) string { return r.env.LocalTimes(text, d.receipt.ReceivedAt) }
	verdicts(page, d.receipt.Verdicts, r.allChecks)
	forward(page, d.receipt.Forward)
}

// verdicts draws the failed verdicts check by check, and then the others.
func verdicts(d *screen.Detail, all storage.Verdicts, everyCheck bool) {
	for _, v := range all.List() {
		if v.Result == storage.Fail {
			verdict(d, v, true)
			d.Blank()
		}
	}
	for _, v := range all.List() {
		if v.Result != storage.Fail {
			verdict(d, v, everyCheck)
		}
	}
}

// verdict draws a verdict, with its checks if everyCheck is true. The reason of a failed verdict is left
// out if its failed checks say the same.
func verdict(d *screen.Detail, v storage.NamedVerdict, everyCheck bool) {
	glyph, ink := screen.ResultStyle(d.Theme, v.Result)
	failed := v.Result == storage.Fail
	_, checked := v.Failed()
	lead := " " + ink.Render(glyph) + " "
	switch {
	case failed && checked:
		d.Lines = append(d.Lines, lead+d.Theme.Strong.Render(v.Name))
	case failed:
		beside(d, lead, v.Name, inked{v.Reason, d.Theme.Strong})
	default:
		beside(d, lead, v.Name, inked{v.Reason, d.Theme.Dim})
	}
	if !everyCheck {
		return
	}
	remedy := ""
	for _, c := range v.Checks {
		if c.Result == storage.Fail {
			failedCheck(d, c, c.Remedy != remedy)
			remedy = c.Remedy
		}
	}
	for _, c := range v.Checks {
		if c.Result != storage.Fail {
			check(d, c)
		}
	}
}

// forward draws how another server answered the relayed request.
func forward(d *screen.Detail, f storage.Forward) {
	if f.State == "" {
		return
	}
	ink := d.Theme.Text
	if f.State == storage.ForwardFailed || f.State == storage.ForwardDropped {
		ink = d.Theme.Warn
	}
	d.Title("Relayed")
	d.Fact("To", storage.WithoutTokens(f.URL), d.Theme.Text)
	d.Fact("Outcome", f.String(), ink)
	if len(f.Body) > 0 {
		answer := f.Answer()
		d.Fact("Answer", answer.Text, d.Theme.Text)
		if note := answer.Note(); note != "" {
			d.Fact("", note, d.Theme.Dim)
		}
	}
}

// check draws a check that did not fail.
func check(d *screen.Detail, c storage.Check) {
	beside(d, checkLead(d, c), c.Name, inked{c.Got(), d.Theme.Dim})
}

// checkLead returns the glyph of a check's result, indented below its verdict.
func checkLead(d *screen.Detail, c storage.Check) string {
	glyph, ink := screen.ResultStyle(d.Theme, c.Result)
	return "     " + ink.Render(glyph) + " "
}

// failedCheck draws a failed check: the actual value, which is the brightest, and below it the expected
// one and, if withRemedy is true, the remedy.
func failedCheck(d *screen.Detail, c storage.Check, withRemedy bool) {
	all := []inked{{c.Got(), d.Theme.Strong}}
	if c.Expected != "" {
		all = append(all, inked{"expected " + c.Expected, d.Theme.Text})
	}
	if c.Remedy != "" && withRemedy {
		all = append(all, inked{style.Arrow + " " + c.Remedy, d.Theme.Text})
	}
	beside(d, checkLead(d, c), c.Name, all...)
}

// An inked is a text with its style.
type inked struct {
	text string
	ink  style.Style
}

// minBeside is the width, in cells, that a text needs to be readable beside its name.
const minBeside = 22

// beside draws a lead, a name, and texts wrapped beside them, or below them if the name is too
// long for its column or the page is too narrow.
func beside(d *screen.Detail, styledLead, name string, texts ...inked) {
	label, indent := style.Escape(name), component.Width(styledLead)
	margin := indent + verdictLabel + 1
	if component.Width(label) > verdictLabel || d.Width-margin-1 < minBeside {
		d.Lines = append(d.Lines, component.Fit(styledLead+texts[0].ink.Render(label), d.Width))
		styledLead, margin = "", indent+2
	} else {
		styledLead += d.Theme.Text.Render(component.Fit(label, verdictLabel)) + " "
	}
	for _, t := range texts {
		if d.Local != nil {
			t.text = d.Local(t.text)
		}
		for _, line := range component.Wrap(style.Escape(t.text), max(8, d.Width-margin-1)) {
			if styledLead == "" {
				styledLead = strings.Repeat(" ", margin)
			}
			d.Lines = append(d.Lines, styledLead+t.ink.Render(line))
			styledLead = ""
		}
	}
}
