package tui

import (
	"strings"

	"backchannel/storage"
	"backchannel/tui/component"
	"backchannel/tui/style"

	"github.com/charmbracelet/lipgloss"
	"github.com/charmbracelet/x/ansi"
)

const verdictLabel = 10

// verdicts shows what failed first, check by check, then what passed.
func (d *sheet) verdicts(all storage.Verdicts, everyCheck bool) {
	for _, v := range all.List() {
		if v.Result == storage.Fail {
			d.verdict(v, true)
			d.blank()
		}
	}
	for _, v := range all.List() {
		if v.Result != storage.Fail {
			d.verdict(v, everyCheck)
		}
	}
}

func (d *sheet) verdict(v storage.NamedVerdict, everyCheck bool) {
	glyph, ink := resultLook(d.th, v.Result)
	failed := v.Result == storage.Fail
	lead := " " + ink.Render(glyph) + " "
	switch {
	case failed && hasFailed(v.Checks):
		d.lines = append(d.lines, lead+d.th.Strong.Render(v.Name))
	case failed:
		d.beside(lead, v.Name, told{v.Reason, d.th.Strong})
	default:
		d.beside(lead, v.Name, told{v.Reason, d.th.Dim})
	}
	if !everyCheck {
		return
	}
	remedy := ""
	for _, c := range v.Checks {
		if c.Result == storage.Fail {
			d.failedCheck(c, c.Remedy != remedy)
			remedy = c.Remedy
		}
	}
	for _, c := range v.Checks {
		if c.Result != storage.Fail {
			d.check(c)
		}
	}
}

// forward is what another server said to what was relayed to it.
func (d *sheet) forward(f storage.Forward) {
	if f.State == "" {
		return
	}
	ink := d.th.Text
	if f.State == storage.ForwardFailed || f.State == storage.ForwardDropped {
		ink = d.th.Warn
	}
	d.title("Relayed")
	d.fact("To", storage.WithoutTokens(f.URL), d.th.Text)
	d.fact("Outcome", f.String(), ink)
	if len(f.Body) > 0 {
		answer := f.Answer()
		d.fact("Answer", answer.Text, d.th.Text)
		if note := answer.Note(); note != "" {
			d.fact("", note, d.th.Dim)
		}
	}
}

func hasFailed(checks []storage.Check) bool {
	for _, c := range checks {
		if c.Result == storage.Fail {
			return true
		}
	}
	return false
}

// check is a step of a verdict that did not fail.
func (d *sheet) check(c storage.Check) { d.beside(d.checkLead(c), c.Name, told{c.Actual, d.th.Dim}) }

func (d *sheet) checkLead(c storage.Check) string {
	glyph, ink := resultLook(d.th, c.Result)
	return "     " + ink.Render(glyph) + " "
}

// failedCheck is one that did: what came is the brightest, and below it stand what was
// expected and what to do, unless that stands above already.
func (d *sheet) failedCheck(c storage.Check, withRemedy bool) {
	all := []told{{c.Actual, d.th.Strong}}
	if c.Expected != "" {
		all = append(all, told{"expected " + c.Expected, d.th.Text})
	}
	if c.Remedy != "" && withRemedy {
		all = append(all, told{style.Arrow + " " + c.Remedy, d.th.Text})
	}
	d.beside(d.checkLead(c), c.Name, all...)
}

// told is a text and how it is written.
type told struct {
	text string
	ink  lipgloss.Style
}

const leastBeside = 22 // cells, in which a text can still be read

// beside is a lead of styled text, a name, and texts wrapped beside them; below them where
// the name is too long for its column or the page too narrow.
func (d *sheet) beside(styledLead, name string, texts ...told) {
	label, indent := style.Escape(name), ansi.StringWidth(styledLead)
	margin := indent + verdictLabel + 1
	if ansi.StringWidth(label) > verdictLabel || d.width-margin-1 < leastBeside {
		d.lines = append(d.lines, component.Fit(styledLead+texts[0].ink.Render(label), d.width))
		styledLead, margin = "", indent+2
	} else {
		styledLead += d.th.Text.Render(component.Fit(label, verdictLabel)) + " "
	}
	for _, t := range texts {
		if d.local != nil {
			t.text = d.local(t.text)
		}
		for _, line := range component.Wrap(style.Escape(t.text), max(8, d.width-margin-1)) {
			if styledLead == "" {
				styledLead = strings.Repeat(" ", margin)
			}
			d.lines = append(d.lines, styledLead+t.ink.Render(line))
			styledLead = ""
		}
	}
}
