package receiver

import (
	"fmt"
	"slices"
	"time"

	"backchannel/storage"
	"backchannel/storage/words"
	"backchannel/tui/component"
	"backchannel/tui/screen"
	"backchannel/tui/style"
)

// A tokenPage draws the contents of a token, each name with the check that judged it.
type tokenPage struct {
	*screen.Detail
	env    *screen.Env
	auth   storage.Verdict
	judged []string // the names of the checks that have been drawn
}

// describeToken draws the tab of the token.
func (r *Screen) describeToken(page *screen.Detail, d detail) {
	t := d.token
	if t.Field == "" { // it has not been read yet
		page.Paragraph(style.More, r.env.Theme.Dim)
		return
	}
	page.Local = func(text string) string { return r.env.LocalTimes(text, d.receipt.ReceivedAt) }
	p := tokenPage{Detail: page, env: r.env, auth: d.receipt.Verdicts.Auth}
	if t.Absent != "" {
		p.Paragraph(t.Absent+".", p.Theme.Text)
		p.remaining("header", "prefix")
		return
	}
	p.Paragraph(fmt.Sprintf("%s: %s as of its arrival, %s", t.Field, storage.Masked, r.env.DateUTC(d.receipt.ReceivedAt)), p.Theme.Dim)
	if p.auth.Result == storage.NotApplicable {
		p.Paragraph("Not judged: "+p.auth.Reason+".", p.Theme.Text)
	}
	if t.Problem != "" {
		p.remaining("header", "prefix", "segments", "decode")
		if len(t.Header)+len(t.Claims) == 0 {
			p.Paragraph(page.Local(t.Problem)+".", p.Theme.Text)
			return
		}
	}
	p.members("Header", t.Header, "alg", "crit", "kid")
	p.members("Claims", t.Claims, "exp", "nbf", "iat", "iss", "sub", "aud")
	p.Title("Signature")
	p.signature(t.Signature)
}

// members draws a part of the token, and then the failed checks of names that are missing in it.
func (p *tokenPage) members(title string, all []storage.TokenMember, checks ...string) {
	p.Title(title)
	if len(all) == 0 {
		p.Note("none that can be shown")
	}
	for _, m := range all {
		name := m.Name
		if !slices.Contains(checks, name) {
			name = "" // a check of the same name is about another part
		}
		p.member(m, name)
	}
	p.remaining(checks...)
}

// member draws a header parameter or claim, with the result of its check. Unlike the text of a verdict, a
// value of a token is never converted to local time: it is shown as it is in the token.
func (p *tokenPage) member(m storage.TokenMember, name string) {
	c, judged := p.auth.Check(name)
	lead := "   "
	if judged {
		lead = p.lead(c.Result)
		p.judged = append(p.judged, name)
	}
	ink := p.Theme.Text
	if c.Result == storage.Fail {
		ink = p.Theme.Strong
	}
	texts := []inked{{m.Value, ink}}
	if !m.At.IsZero() {
		texts = p.times(m, ink)
	}
	if c.Result == storage.Fail {
		texts = append(texts, inked{"expected " + c.Expected, p.Theme.Text})
	}
	plain := *p.Detail
	plain.Local = nil
	beside(&plain, lead, m.Name, texts...)
	p.Lines = plain.Lines
}

// times returns a time in the console's zone with its distance, on two lines if they do not fit on one,
// and below that as it is in the token and in UTC.
func (p *tokenPage) times(m storage.TokenMember, ink style.Style) []inked {
	const gap = "   "
	at := m.At.In(p.env.Location)
	local := at.Format("2006-01-02 15:04:05 MST")
	texts := []inked{{local + gap + m.Distance, ink}}
	if component.Width(texts[0].text) > p.Width-tokenMargin {
		texts = []inked{{m.Distance, ink}, {local, p.Theme.Text}}
	}
	written := m.Value
	if !screen.IsUTC(at) {
		written += gap + m.At.UTC().Format(time.RFC3339)
	}
	return append(texts, inked{written, p.Theme.Dim})
}

// tokenMargin is how many cells beside draws before and after a value.
const tokenMargin = 3 + verdictLabel + 2

// lead returns the glyph of a check's result.
func (p *tokenPage) lead(result storage.Result) string {
	glyph, ink := screen.ResultStyle(p.Theme, result)
	return " " + ink.Render(glyph) + " "
}

// remaining draws those failed checks of the names that have not been drawn, because the token has no such
// name.
func (p *tokenPage) remaining(names ...string) {
	for _, name := range names {
		c, _ := p.auth.Check(name)
		if c.Result == storage.Fail && !slices.Contains(p.judged, name) {
			p.judged = append(p.judged, name)
			beside(p.Detail, p.lead(c.Result), name, inked{c.Got(), p.Theme.Strong}, inked{"expected " + c.Expected, p.Theme.Text})
		}
	}
}

// signature draws the length of the signature and its check. The signature itself is masked: with it and
// the parts above, the token could be reassembled and used until it expires.
func (p *tokenPage) signature(length int) {
	text := storage.Masked + "   " + words.Count(length, "byte")
	c, judged := p.auth.Check("signature")
	if !judged {
		p.Lines = append(p.Lines, component.Fit("   "+p.Theme.Text.Render(text), p.Width))
		return
	}
	ink := p.Theme.Dim
	if c.Result == storage.Fail {
		ink = p.Theme.Strong
	}
	beside(p.Detail, p.lead(c.Result), "signature", inked{text, p.Theme.Text}, inked{c.Got(), ink})
}
