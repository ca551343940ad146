package jsontext

import (
	"bytes"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	syntax "github.com/go-json-experiment/json/jsontext"
)

// A diagnosis explains why the tokenizer cannot continue. The tokenizer's own error has no remedy, and
// its offset is that of the comma before the mistake.
type diagnosis struct {
	text    []byte
	wording Wording
	at      int

	within syntax.Kind // '{' or '[', or 0 at the top level
	read   int64       // the number of names and values that were read there
}

// diagnosis returns a diagnosis that starts at the next token.
func (r *Reader) diagnosis() *diagnosis {
	d := &diagnosis{text: r.text, wording: r.wording, at: r.offset()}
	d.within, d.read = r.decoder.StackIndex(r.decoder.StackDepth())
	d.skipSpace()
	return d
}

// skipSpace skips white space.
func (d *diagnosis) skipSpace() {
	d.at = len(d.text) - len(bytes.TrimLeft(d.text[d.at:], Space))
}

// peek returns the next byte, or 0 at the end. Callers need not tell the end from a NUL, because
// neither is valid there.
func (d *diagnosis) peek() byte {
	if d.at < len(d.text) {
		return d.text[d.at]
	}
	return 0
}

// explain follows the grammar from the last token to the mistake.
func (d *diagnosis) explain() *Flaw {
	if closing := d.closing(); closing != 0 && d.read > 0 {
		if found := d.punctuation(closing); found != nil {
			return found
		}
	}
	switch c := d.peek(); {
	case d.within == '{' && d.read%2 == 0 && c != '"':
		return d.unexpected("a key in double quotes", d.keyRemedy())
	case c == '"':
		return d.brokenString()
	case c == '-' || isDigit(c):
		return d.brokenNumber()
	}
	return d.unexpected("a value", d.valueRemedy())
}

// closing returns the bracket that closes the innermost object or array, or 0 outside of any.
func (d *diagnosis) closing() byte {
	switch d.within {
	case '{':
		return '}'
	case '[':
		return ']'
	}
	return 0
}

// punctuation skips the colon or comma before the next token, unless that is the mistake.
func (d *diagnosis) punctuation(closing byte) *Flaw {
	if d.within == '{' && d.read%2 == 1 {
		if d.peek() != ':' {
			return d.unexpected("the colon after the key", d.colonRemedy())
		}
	} else if d.peek() != ',' {
		if d.leadingZero() {
			return d.zero()
		}
		return d.unexpected("a comma or "+string(closing), d.commaRemedy(closing))
	}
	comma := d.peek() == ','
	d.at++
	d.skipSpace()
	if comma && d.peek() == closing {
		return d.broken("a comma with nothing after it", "remove the comma before "+string(closing))
	}
	return nil
}

// leadingZero reports whether a digit follows a number, which then is 0: any other would
// have included the digit.
func (d *diagnosis) leadingZero() bool {
	return d.at > 0 && isDigit(d.text[d.at-1]) && isDigit(d.peek())
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

// more explains what follows the only value of a text.
func (d *diagnosis) more() *Flaw {
	return d.broken("more after the JSON value: "+d.describeNext(), d.restRemedy())
}

// zero returns the flaw of a number with a leading zero, which RFC 8259 §6 does not allow.
func (d *diagnosis) zero() *Flaw {
	return d.broken("a number that begins with 0", "write it without the zero, or as a string")
}

// brokenString explains the string that begins here.
func (d *diagnosis) brokenString() *Flaw {
	start := d.at
	for d.at++; d.at < len(d.text); d.at++ {
		if c := d.text[d.at]; c == '\\' {
			if found := d.escape(); found != nil {
				return found
			}
		} else if c < ' ' {
			return d.broken("a control character within a string: "+d.describeNext(), d.closedRemedy(start, "write it as an escape, \\n for a line break, say (RFC 8259 §7)"))
		}
	}
	return d.broken("the "+d.wording.Noun+" ends within a string", d.closedRemedy(start, d.wording.CutRemedy))
}

// escape explains the escape that begins here, or skips it up to its last character.
func (d *diagnosis) escape() *Flaw {
	d.at++
	if c := d.peek(); c == 0 || strings.IndexByte(`"\/bfnrtu`, c) < 0 {
		return d.broken("an unknown escape: \\ and "+d.describeNext(), `write \\ for a backslash; the escapes are \" \\ \/ \b \f \n \r \t \u (RFC 8259 §7)`)
	} else if c != 'u' {
		return nil
	}
	for range 4 {
		d.at++
		if c := d.peek(); c == 0 || strings.IndexByte("0123456789abcdefABCDEF", c) < 0 {
			return d.unexpected("four hexadecimal digits after \\u", "write \\u00e9, say")
		}
	}
	return nil
}

// numberStart matches the valid beginning of a number.
var numberStart = regexp.MustCompile(`^-?([0-9]+(\.([0-9]+([eE][+-]?)?)?|[eE][+-]?)?)?`)

// brokenNumber explains the number that begins here. All that can be wrong in one is that a
// digit is missing.
func (d *diagnosis) brokenNumber() *Flaw {
	start := numberStart.Find(d.text[d.at:])
	d.at += len(start)
	switch start[len(start)-1] {
	case '.':
		return d.unexpected("a digit after the point", "write 1.0, not 1.")
	case 'e', 'E', '+':
		return d.unexpected("a digit in the exponent", "write 1e3, say")
	}
	if len(start) > 1 { // the minus of an exponent
		return d.unexpected("a digit in the exponent", "write 1e3, say")
	}
	return d.unexpected("a digit after the minus", d.minusRemedy())
}

// broken returns the flaw at the offset that was reached.
func (d *diagnosis) broken(what, remedy string) *Flaw {
	return brokenAt(d.text, d.at, what, remedy)
}

// unexpected returns the flaw that something other than the wanted token was found.
func (d *diagnosis) unexpected(wanted, remedy string) *Flaw {
	return d.broken(d.describeNext()+" where "+wanted+" should be", remedy)
}

// describeNext describes the character that was found.
func (d *diagnosis) describeNext() string {
	if d.at >= len(d.text) {
		return "the end of the " + d.wording.Noun
	}
	r, _ := utf8.DecodeRune(d.text[d.at:])
	if r >= utf8.RuneSelf {
		return fmt.Sprintf("%s (%U)", strconv.QuoteRune(r), r)
	}
	return strconv.QuoteRune(r)
}

// brokenAt returns the flaw at an offset of a text.
func brokenAt(text []byte, at int, what, remedy string) *Flaw {
	f := &Flaw{Offset: at, What: what, Remedy: remedy}
	f.Line, f.Column = LineAndColumn(text, at)
	return f
}
