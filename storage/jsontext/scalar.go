package jsontext

import (
	"bytes"
	"math"
	"strconv"
	"strings"
)

// str takes a string and returns what it says.
func (p *parser) str() (string, *Flaw) {
	start, escaped, odd, paired := p.at, false, "", -1
	for p.at++; p.at < len(p.text); p.at++ {
		switch c := p.text[p.at]; {
		case c == '"':
			p.at++
			if odd != "" {
				p.note(&p.odd, start, odd, p.words.Keep)
			}
			if escaped {
				return unescape(p.said[start+1 : p.at-1]), nil
			}
			return p.said[start+1 : p.at-1], nil
		case c == '\\':
			escaped = true
			if odd == "" && p.at != paired {
				odd, paired = oddEscape(p.text, p.at)
			}
			if err := p.escape(); err != nil {
				return "", err
			}
		case c < ' ':
			return "", p.broken("a control character within a string: "+p.next(), p.closedRemedy(start, "write it as an escape, \\n for a line break, say (RFC 8259 §7)"))
		}
	}
	return "", p.broken("the "+p.words.Text+" ends within a string", p.closedRemedy(start, p.words.Whole))
}

// escape leaves p.at on the last character of the escape.
func (p *parser) escape() *Flaw {
	p.at++
	c := p.peek()
	if c == 'u' {
		for range 4 {
			p.at++
			if !strings.ContainsRune("0123456789abcdefABCDEF", rune(p.peek())) || p.peek() == 0 {
				return p.unexpected("four hexadecimal digits behind \\u", "write \\u00e9, say")
			}
		}
		return nil
	}
	if c == 0 || !strings.ContainsRune(`"\/bfnrt`, rune(c)) {
		return p.broken("an unknown escape: \\ and "+p.next(), `write \\ for a backslash; the escapes are \" \\ \/ \b \f \n \r \t \u (RFC 8259 §7)`)
	}
	return nil
}

// maxSafe is the greatest integer up to which a float64 has them all (RFC 8259 §6).
const maxSafe = 1 << 53

func (p *parser) number() *Flaw {
	start := p.at
	if p.peek() == '-' {
		p.at++
	}
	switch c := p.peek(); {
	case c == '0':
		p.at++
		if c := p.peek(); c >= '0' && c <= '9' {
			return p.broken("a number that begins with 0", "write it without the zero, or as a string")
		}
	case c >= '1' && c <= '9':
		p.digits()
	default:
		return p.unexpected("a digit behind the minus", p.minusRemedy())
	}
	if err := p.fraction(); err != nil {
		return err
	}
	p.noteLarge(start)
	return nil
}

func (p *parser) fraction() *Flaw {
	if p.peek() == '.' {
		p.at++
		if p.digits() == 0 {
			return p.unexpected("a digit behind the point", "write 1.0, not 1.")
		}
	}
	if p.peek() != 'e' && p.peek() != 'E' {
		return nil
	}
	p.at++
	if p.peek() == '+' || p.peek() == '-' {
		p.at++
	}
	if p.digits() == 0 {
		return p.unexpected("a digit in the exponent", "write 1e3, say")
	}
	return nil
}

func (p *parser) digits() int {
	start := p.at
	for c := p.peek(); c >= '0' && c <= '9'; c = p.peek() {
		p.at++
	}
	return p.at - start
}

// noteLarge notes a number that a reader with float64 numbers, as JavaScript has them,
// does not get as it is written.
func (p *parser) noteLarge(start int) {
	const neverLarge = 15 // digits
	raw := p.text[start:p.at]
	if len(raw) <= neverLarge && !bytes.ContainsAny(raw, "eE") {
		return
	}
	number, _ := strconv.ParseFloat(string(raw), 64) // infinite when out of range
	if math.Abs(number) > maxSafe || math.Abs(number) == maxSafe && !isSafe(raw) {
		p.note(&p.large, start, "the number "+quoted(string(raw))+" is beyond 2^53, where many readers round", p.words.Send+" it as a string")
	}
}

// isSafe reports whether a number that is rounded to 2^53, or its negative, is not beyond it.
func isSafe(raw []byte) bool {
	whole, fraction, _ := strings.Cut(strings.TrimPrefix(string(raw), "-"), ".")
	return whole == strconv.Itoa(maxSafe-1) || whole == strconv.Itoa(maxSafe) && strings.Trim(fraction, "0") == ""
}

// literal takes true, false or null, and says of anything else what it looks like.
func (p *parser) literal() *Flaw {
	rest := p.text[p.at:]
	for _, word := range []string{"true", "false", "null"} {
		if bytes.HasPrefix(rest, []byte(word)) {
			p.at += len(word)
			return nil
		}
	}
	return p.unexpected("a value", p.valueRemedy(rest))
}
