package storage

import (
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"html"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// A form is one way of writing a secret.
type form struct {
	text   string          // folded
	fold   func(byte) byte // nil: compare exactly
	alone  bool            // match only a separate word
	breaks bool            // may contain line breaks (RFC 2045 §6.8)
}

// formsOf returns the forms of a secret to search for. An endpoint may echo a request in any form:
// in JSON, as a dump in hexadecimal or base64, in an HTML page. A
// short secret is searched for only as a word, or it would be found everywhere.
func formsOf(secret string) (forms []form) {
	if len(secret) < minAlone {
		return nil
	}
	if len(secret) < minWithin {
		forms = append(forms, form{text: secret, alone: true})
	} else {
		forms = append(forms, foldedForm(secret))
	}
	if escaped := escapedASCII(secret); escaped != secret {
		forms = append(forms, foldedForm(escaped))
	}
	forms = append(forms, form{text: hex.EncodeToString([]byte(secret)), fold: lower})
	for before := range 3 {
		forms = append(forms, form{text: base64Core(secret, before), fold: base64Letter, breaks: true})
	}
	return forms
}

// foldedForm returns a form that ignores letter case, because a server may change that of a
// header, and the alphabet of base64.
func foldedForm(text string) form {
	folded := []byte(text)
	for i, c := range folded {
		folded[i] = foldByte(c)
	}
	return form{text: string(folded), fold: foldByte}
}

// foldByte folds what foldedForm ignores.
func foldByte(c byte) byte { return lower(base64Letter(c)) }

// base64Core returns the base64 digits that depend on the secret alone, for a secret that is
// encoded after a number of other bytes. The digits depend on that number modulo 3 only.
func base64Core(secret string, before int) string {
	digits := base64.RawStdEncoding.EncodeToString([]byte("\x00\x00\x00"[:before] + secret))
	return digits[(before*8+5)/6 : (before+len(secret))*8/6]
}

// escapedASCII returns text as some JSON encoders write it, with every character outside
// ASCII as \u and its UTF-16 code units.
func escapedASCII(text string) string {
	var escaped strings.Builder
	for _, r := range text {
		switch {
		case r < utf8.RuneSelf:
			escaped.WriteRune(r)
		case r > 0xffff:
			high, low := utf16.EncodeRune(r)
			fmt.Fprintf(&escaped, `\u%04x\u%04x`, high, low)
		default:
			fmt.Fprintf(&escaped, `\u%04x`, r)
		}
	}
	return escaped.String()
}

// lower returns an ASCII letter in lower case, and any other byte as it is.
func lower(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		return c + 'a' - 'A'
	}
	return c
}

// base64Letter maps the digits of the URL-safe alphabet (RFC 4648 §5) to the standard one.
func base64Letter(c byte) byte {
	switch c {
	case '-':
		return '+'
	case '_':
		return '/'
	}
	return c
}

// folded returns a byte of the text as the form compares it.
func (f *form) folded(c byte) byte {
	if f.fold == nil {
		return c
	}
	return f.fold(c)
}

// match returns the end of the form that begins at text[at], or 0 if none begins there. If
// the text was cut, it also matches the beginning of the form at the end of the text.
func (f *form) match(text string, at int, cut bool) int {
	if f.alone && at > 0 && wordByte(text[at-1]) {
		return 0
	}
	end := f.follow(text, at, cut, f.matchByte)
	if end == 0 && strings.ContainsAny(f.text, escapeStarts) { // the secret itself contains %, \ or &
		end = f.follow(text, at, cut, f.matchEscaped)
	}
	return end
}

// follow compares the text from at on with the form, character by character. match compares one
// character; it is a parameter because a secret that contains %, \ or & may occur verbatim or
// escaped.
func (f *form) follow(text string, at int, cut bool, match func(text string, want byte) int) int {
	i := at
	for n := range len(f.text) {
		if n > 0 {
			i = f.skip(text, i)
		}
		if i == len(text) {
			if cut && n >= minAlone {
				return i
			}
			return 0
		}
		size := match(text[i:], f.text[n])
		if size == 0 {
			return 0
		}
		i += size
	}
	if f.alone && i < len(text) && wordByte(text[i]) {
		return 0
	}
	return i
}

// skip returns the index after the bytes that may separate characters of a secret: the zero
// bytes of UTF-16, and line breaks, also escaped ones.
func (f *form) skip(text string, i int) int {
	for i < len(text) {
		switch c := text[i]; {
		case c == 0, f.breaks && (c == '\r' || c == '\n'):
			i++
		case f.breaks && (strings.HasPrefix(text[i:], `\n`) || strings.HasPrefix(text[i:], `\r`)):
			i += 2
		default:
			return i
		}
	}
	return i
}

// matchByte returns how many bytes at the beginning of text represent the character want, or
// 0 if they represent another one.
func (f *form) matchByte(text string, want byte) int {
	if f.folded(text[0]) == want {
		return 1
	}
	if text[0] == '+' && want == ' ' {
		return 1
	}
	return f.matchEscape(text, want)
}

// matchEscaped is like matchByte, but prefers to read an escape as such.
func (f *form) matchEscaped(text string, want byte) int {
	if size := f.matchEscape(text, want); size > 0 {
		return size
	}
	return f.matchByte(text, want)
}

// matchEscape is matchByte for an escape alone. Proxies and frameworks escape what is escaped
// already, so it decodes several levels.
func (f *form) matchEscape(text string, want byte) int {
	if strings.IndexByte(escapeStarts, text[0]) < 0 {
		return 0
	}
	c, size := unescape(text)
	for again := 1; size > 0; again++ {
		if f.folded(c) == want {
			return size
		}
		if again == maxEscapes || strings.IndexByte(escapeStarts, c) < 0 {
			return 0
		}
		rest := text[size:min(len(text), size+maxEscape)]
		more, length := unescape(string(c) + rest)
		if length == 0 {
			return 0
		}
		c, size = more, size+length-1
	}
	return 0
}

// wordByte reports whether a byte can be part of a word, of any script.
func wordByte(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || c >= utf8.RuneSelf
}

const (
	escapeStarts = `%\&`
	maxEscape    = 10 // the longest escape: &#x00025;
	maxEscapes   = 3  // levels of nested escapes, such as %2525
)

// unescape decodes the escape at the beginning of text. The size is 0 if there is none that
// represents a single byte.
func unescape(text string) (c byte, size int) {
	switch text[0] {
	case '%':
		return hexByte(text, 1, 2)
	case '&':
		return unescapeHTML(text)
	case '\\':
		return unescapeSlash(text)
	}
	return 0, 0
}

// hexByte decodes hexadecimal digits. It decodes no character above 0xff, which is not a single
// byte of a secret; the form that escapedASCII returns covers those.
func hexByte(text string, from, digits int) (c byte, size int) {
	if len(text) < from+digits {
		return 0, 0
	}
	n, err := strconv.ParseUint(text[from:from+digits], 16, 8)
	if err != nil {
		return 0, 0
	}
	return byte(n), from + digits
}

// unescapeSlash is unescape for an escape of JSON, Go or C, which begins with a backslash.
func unescapeSlash(text string) (c byte, size int) {
	if len(text) < 2 {
		return 0, 0
	}
	switch text[1] {
	case 'u':
		return hexByte(text, 2, 4)
	case 'x':
		return hexByte(text, 2, 2)
	case 'n':
		return '\n', 2
	case 'r':
		return '\r', 2
	case 't':
		return '\t', 2
	case '"', '\'', '\\', '/':
		return text[1], 2
	}
	return 0, 0
}

// unescapeHTML is unescape for a character reference of HTML.
func unescapeHTML(text string) (c byte, size int) {
	end := strings.IndexByte(text[:min(len(text), maxEscape)], ';')
	if end < 0 {
		return 0, 0
	}
	if plain := html.UnescapeString(text[:end+1]); len(plain) == 1 {
		return plain[0], end + 1
	}
	return 0, 0
}
