package receiver

import (
	"bytes"
	"encoding/json"
	"math"
	"strconv"
	"strings"
)

// str takes a string and returns what it says.
func (p *parser) str() (string, *flaw) {
	start, escaped := p.at, false
	for p.at++; p.at < len(p.text); p.at++ {
		switch c := p.text[p.at]; {
		case c == '"':
			p.at++
			if escaped {
				return unquote(p.text[start:p.at]), nil
			}
			return p.said[start+1 : p.at-1], nil
		case c == '\\':
			escaped = true
			if err := p.escape(); err != nil {
				return "", err
			}
		case c < ' ':
			return "", p.broken("a control character within a string: "+p.next(), "write it as an escape, \\n for a line break, say (RFC 8259 §7)")
		}
	}
	return "", p.broken("the body ends within a string", cutRemedy)
}

// escape leaves p.at on the last character of the escape.
func (p *parser) escape() *flaw {
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

func unquote(quoted []byte) string {
	var text string
	_ = json.Unmarshal(quoted, &text) // checked to be a JSON string
	return text
}

// maxSafe is the greatest integer up to which a float64 has them all (RFC 8259 §6).
const maxSafe = 1 << 53

func (p *parser) number() *flaw {
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
		return p.unexpected("a digit behind the minus", "write numbers as -1 or 0.5")
	}
	if err := p.fraction(); err != nil {
		return err
	}
	p.noteLarge(start)
	return nil
}

func (p *parser) fraction() *flaw {
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
		p.note(&p.large, start, "the number "+quote(string(raw))+" is beyond 2^53, where many readers round", "send it as a string")
	}
}

// isSafe reports whether a number that is rounded to 2^53, or its negative, is not beyond it.
func isSafe(raw []byte) bool {
	whole, fraction, _ := strings.Cut(strings.TrimPrefix(string(raw), "-"), ".")
	return whole == strconv.Itoa(maxSafe-1) || whole == strconv.Itoa(maxSafe) && strings.Trim(fraction, "0") == ""
}

// literal takes true, false or null, and says of anything else what it looks like.
func (p *parser) literal() *flaw {
	rest := p.text[p.at:]
	for _, word := range []string{"true", "false", "null"} {
		if bytes.HasPrefix(rest, []byte(word)) {
			p.at += len(word)
			return nil
		}
	}
	return p.unexpected("a value", valueRemedy(rest))
}

func valueRemedy(rest []byte) string {
	starts := func(words ...string) bool {
		for _, word := range words {
			if bytes.HasPrefix(rest, []byte(word)) {
				return true
			}
		}
		return false
	}
	switch {
	case len(rest) == 0:
		return cutRemedy
	case rest[0] == '\'':
		return "write strings in double quotes"
	case starts("None", "True", "False"):
		return "this is Python's repr, not JSON: use json.dumps"
	case starts("NaN", "Infinity", "undefined"):
		return "JSON has no NaN, Infinity or undefined: write null or a string"
	case starts("//", "/*"):
		return "JSON has no comments: leave them out"
	case rest[0] == '<':
		return "this looks like XML or HTML: send JSON"
	case rest[0] == '.' || rest[0] == '+':
		return "write numbers as 0.5, without a plus"
	case isWord(rest[0]) && bytes.ContainsRune(rest, '='):
		return "this looks like a form: send JSON"
	default:
		return "write a JSON value: an object, array, string, number, true, false or null"
	}
}

const cutRemedy = "send the body whole: it looks cut off"

func (p *parser) keyRemedy() string {
	switch c := p.peek(); {
	case p.ended():
		return cutRemedy
	case c == '\'':
		return "write keys in double quotes, not single ones"
	case c == '/':
		return "JSON has no comments: leave them out"
	}
	return "write every key in double quotes"
}

func (p *parser) colonRemedy() string {
	if p.ended() {
		return cutRemedy
	}
	return `write "key": value`
}

func (p *parser) commaRemedy(closing byte) string {
	switch c := p.peek(); {
	case p.ended():
		return cutRemedy
	case c == '/':
		return "JSON has no comments: leave them out"
	case c == '}' || c == ']':
		return "close it with " + string(closing) + ": brackets go in pairs"
	case c == '"':
		return "put a comma between the members, or escape the quote within the string"
	}
	return "put a comma between the members"
}

func isWord(c byte) bool {
	return c == '_' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}
