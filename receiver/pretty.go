package receiver

// prettyLines tells on which line of the pretty view a byte of the raw body stands: the
// view in which every member and element has a line of its own, and so has the bracket
// that closes them. It goes forward only.
type prettyLines struct {
	body []byte
	at   int
	line int  // of at, from 1
	open bool // nothing but space stands between at and an opening bracket before it
}

func newPrettyLines(body []byte) *prettyLines { return &prettyLines{body: body, line: 1} }

// of is the line of the value or key that begins at an offset, which is not before the
// last one asked for. The body is known to be JSON.
func (p *prettyLines) of(offset int) int {
	for p.at < min(offset, len(p.body)) {
		c := p.body[p.at]
		p.skip(c)
		switch c {
		case ' ', '\t', '\r', '\n':
			continue
		case '{', '[':
			p.breakIfOpen()
			p.open = true
			continue
		case '}', ']':
			if !p.open { // an empty pair stays together
				p.line++
			}
			p.open = false
		case ',':
			p.line++
		default:
			p.breakIfOpen()
		}
	}
	if p.open { // then what begins here is the first within its brackets
		return p.line + 1
	}
	return p.line
}

func (p *prettyLines) breakIfOpen() {
	if p.open {
		p.line++
		p.open = false
	}
}

// skip goes behind the byte, or behind the string that it begins.
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
