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
	f := &diagnosis{text: r.text, wording: r.wording, at: r.offset()}
	f.within, f.read = r.decoder.StackIndex(r.decoder.StackDepth())
	f.skipSpace()
	return f
}

// skipSpace skips white space.
func (f *diagnosis) skipSpace() {
	f.at = len(f.text) - len(bytes.TrimLeft(f.text[f.at:], Space))
}

// peek returns the next byte, or 0 at the end. Callers need not tell the end from a NUL, because
// neither is valid there.
func (f *diagnosis) peek() byte {
	if f.at < len(f.text) {
		return f.text[f.at]
	}
	return 0
}

// explain follows the grammar from the last token to the mistake.
func (f *diagnosis) explain() *Flaw {
	if closing := f.closing(); closing != 0 && f.read > 0 {
		if found := f.punctuation(closing); found != nil {
			return found
		}
	}
	switch c := f.peek(); {
	case f.within == '{' && f.read%2 == 0 && c != '"':
		return f.unexpected("a key in double quotes", f.keyRemedy())
	case c == '"':
		return f.brokenString()
	case c == '-' || isDigit(c):
		return f.brokenNumber()
	}
	return f.unexpected("a value", f.valueRemedy())
}

// closing returns the bracket that closes the innermost object or array, or 0 outside of any.
func (f *diagnosis) closing() byte {
	switch f.within {
	case '{':
		return '}'
	case '[':
		return ']'
	}
	return 0
}

// punctuation skips the colon or comma before the next token, unless that is the mistake.
func (f *diagnosis) punctuation(closing byte) *Flaw {
	if f.within == '{' && f.read%2 == 1 {
		if f.peek() != ':' {
			return f.unexpected("the colon after the key", f.colonRemedy())
		}
	} else if f.peek() != ',' {
		if f.leadingZero() {
			return f.zero()
		}
		return f.unexpected("a comma or "+string(closing), f.commaRemedy(closing))
	}
	comma := f.peek() == ','
	f.at++
	f.skipSpace()
	if comma && f.peek() == closing {
		return f.broken("a comma with nothing after it", "remove the comma before "+string(closing))
	}
	return nil
}

// leadingZero reports whether a digit follows a number, which then is 0: any other would
// have included the digit.
func (f *diagnosis) leadingZero() bool {
	return f.at > 0 && isDigit(f.text[f.at-1]) && isDigit(f.peek())
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

// more explains what follows the only value of a text.
func (f *diagnosis) more() *Flaw {
	return f.broken("more after the JSON value: "+f.describeNext(), f.restRemedy())
}

// zero returns the flaw of a number with a leading zero, which RFC 8259 §6 does not allow.
func (f *diagnosis) zero() *Flaw {
	return f.broken("a number that begins with 0", "write it without the zero, or as a string")
}

// brokenString explains the string that begins here.
func (f *diagnosis) brokenString() *Flaw {
	start := f.at
	for f.at++; f.at < len(f.text); f.at++ {
		if c := f.text[f.at]; c == '\\' {
			if found := f.escape(); found != nil {
				return found
			}
		} else if c < ' ' {
			return f.broken("a control character within a string: "+f.describeNext(), f.closedRemedy(start, "write it as an escape, \\n for a line break, say (RFC 8259 §7)"))
		}
	}
	return f.broken("the "+f.wording.Noun+" ends within a string", f.closedRemedy(start, f.wording.CutRemedy))
}

// escape explains the escape that begins here, or skips it up to its last character.
func (f *diagnosis) escape() *Flaw {
	f.at++
	if c := f.peek(); c == 0 || strings.IndexByte(`"\/bfnrtu`, c) < 0 {
		return f.broken("an unknown escape: \\ and "+f.describeNext(), `write \\ for a backslash; the escapes are \" \\ \/ \b \f \n \r \t \u (RFC 8259 §7)`)
	} else if c != 'u' {
		return nil
	}
	for range 4 {
		f.at++
		if c := f.peek(); c == 0 || strings.IndexByte("0123456789abcdefABCDEF", c) < 0 {
			return f.unexpected("four hexadecimal digits after \\u", "write \\u00e9, say")
		}
	}
	return nil
}

// numberStart matches the valid beginning of a number.
var numberStart = regexp.MustCompile(`^-?([0-9]+(\.([0-9]+([eE][+-]?)?)?|[eE][+-]?)?)?`)

// brokenNumber explains the number that begins here. All that can be wrong in one is that a
// digit is missing.
func (f *diagnosis) brokenNumber() *Flaw {
	start := numberStart.Find(f.text[f.at:])
	f.at += len(start)
	switch start[len(start)-1] {
	case '.':
		return f.unexpected("a digit after the point", "write 1.0, not 1.")
	case 'e', 'E', '+':
		return f.unexpected("a digit in the exponent", "write 1e3, say")
	}
	if len(start) > 1 { // the minus of an exponent
		return f.unexpected("a digit in the exponent", "write 1e3, say")
	}
	return f.unexpected("a digit after the minus", f.minusRemedy())
}

// broken returns the flaw at the offset that was reached.
func (f *diagnosis) broken(what, remedy string) *Flaw {
	return brokenAt(f.text, f.at, what, remedy)
}

// unexpected returns the flaw that something other than the wanted token was found.
func (f *diagnosis) unexpected(wanted, remedy string) *Flaw {
	return f.broken(f.describeNext()+" where "+wanted+" should be", remedy)
}

// describeNext describes the character that was found.
func (f *diagnosis) describeNext() string {
	if f.at >= len(f.text) {
		return "the end of the " + f.wording.Noun
	}
	r, _ := utf8.DecodeRune(f.text[f.at:])
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
