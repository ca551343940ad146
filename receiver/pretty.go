package receiver

// prettyLines maps byte offsets of a raw body to lines of its pretty view, in which every
// member, every element and every closing bracket has a line of its own. It only moves
// forward, so that a body is read once however many lines are asked for.
type prettyLines struct {
	body []byte
	at   int
	line int  // of at, from 1
	open bool // only space is between at and an opening bracket before it
}

func newPrettyLines(body []byte) *prettyLines { return &prettyLines{body: body, line: 1} }

// lineOf returns the line of the value or key that begins at offset. Offsets must not
// decrease from call to call, and the body must be valid JSON.
func (p *prettyLines) lineOf(offset int) int {
	for p.at < min(offset, len(p.body)) {
		c := p.body[p.at]
		p.skip(c)
		switch c {
		case ' ', '\t', '\r', '\n':
			continue
		case '{', '[':
			p.breakAfterBracket()
			p.open = true
			continue
		case '}', ']':
			if !p.open { // an empty object or array stays on one line
				p.line++
			}
			p.open = false
		case ',':
			p.line++
		default:
			p.breakAfterBracket()
		}
	}
	if p.open { // the value here is the first within its brackets
		return p.line + 1
	}
	return p.line
}

func (p *prettyLines) breakAfterBracket() {
	if p.open {
		p.line++
		p.open = false
	}
}

// skip moves past the byte c, or past the string that it begins.
func (p *prettyLines) skip(c byte) {
	p.at++
	if c != '"' {
		return
	}
	for p.at < len(p.body) && p.body[p.at] != '"' {
		if p.body[p.at] == '\\' {
			p.at++
		}
		p.at++
	}
	p.at++
}
