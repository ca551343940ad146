package jsontext

import (
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// Unquote returns the text of a string of valid JSON exactly. A lone surrogate,
// which encoding/json replaces by U+FFFD, becomes the three bytes that UTF-8 would have for it
// (WTF-8), and bytes that are not UTF-8 remain. So two texts are equal if and only if the same
// text was sent.
func Unquote(quoted []byte) string {
	return unescape(string(quoted[1 : len(quoted)-1]))
}

// unescape resolves the escapes of a string without its quotes.
func unescape(inner string) string {
	if strings.IndexByte(inner, '\\') < 0 {
		return inner
	}
	var text strings.Builder
	for at := 0; at < len(inner); {
		escape := strings.IndexByte(inner[at:], '\\')
		if escape < 0 || at+escape+1 >= len(inner) {
			text.WriteString(inner[at:])
			break
		}
		text.WriteString(inner[at : at+escape])
		at += escape
		if unit, ok := codeUnit(inner[at:]); ok {
			at += unescapeUnit(&text, unit, inner[at:])
			continue
		}
		text.WriteByte(plain(inner[at+1]))
		at += 2
	}
	return text.String()
}

// plain returns the character that a backslash and escape stand for.
func plain(escape byte) byte {
	if i := strings.IndexByte("bfnrt", escape); i >= 0 {
		return "\b\f\n\r\t"[i]
	}
	return escape
}

// unitLength is the length of an escaped UTF-16 code unit.
const unitLength = len(`\u0000`)

// codeUnit returns the UTF-16 code unit that a text begins with as an escape.
func codeUnit(text string) (rune, bool) {
	if len(text) < unitLength || text[0] != '\\' || text[1] != 'u' {
		return 0, false
	}
	unit, err := strconv.ParseUint(text[2:unitLength], 16, 16)
	return rune(unit), err == nil
}

// unescapeUnit writes the character that a text begins with as one or two escapes, and
// returns their length.
func unescapeUnit(into *strings.Builder, unit rune, text string) int {
	if !utf16.IsSurrogate(unit) {
		into.WriteRune(unit)
		return unitLength
	}
	if second, ok := codeUnit(text[unitLength:]); ok {
		if whole := utf16.DecodeRune(unit, second); whole != utf8.RuneError {
			into.WriteRune(whole)
			return 2 * unitLength
		}
	}
	const continuation, six = 0x80, 6
	into.WriteByte(byte(0xe0 | unit>>(2*six)))
	into.WriteByte(byte(continuation | unit>>six&(1<<six-1)))
	into.WriteByte(byte(continuation | unit&(1<<six-1)))
	return unitLength
}

// surrogateAt returns the lone surrogate that a text from Unquote begins with.
func surrogateAt(text string) (rune, bool) {
	if len(text) < 3 || text[0] != 0xed || text[1]&0xe0 != 0xa0 || text[2]&0xc0 != 0x80 {
		return 0, false
	}
	return rune(text[0]&0xf)<<12 | rune(text[1]&0x3f)<<6 | rune(text[2]&0x3f), true
}

// Show converts a text from Unquote to valid UTF-8 for people: what is not a character is
// shown as the escape that represents it.
func Show(text string) string {
	if utf8.ValidString(text) {
		return text
	}
	var shown strings.Builder
	for at := 0; at < len(text); {
		if unit, ok := surrogateAt(text[at:]); ok {
			shown.WriteString(`\u` + strconv.FormatInt(int64(unit), 16))
			at += 3
			continue
		}
		r, size := utf8.DecodeRuneInString(text[at:])
		if r == utf8.RuneError && size == 1 {
			shown.WriteString(`\x` + strconv.FormatInt(int64(text[at])+0x100, 16)[1:])
		} else {
			shown.WriteRune(r)
		}
		at += size
	}
	return shown.String()
}

// Quote returns a text from Unquote as a JSON string, with only the escapes that RFC 8259 §7
// requires.
func Quote(text string) string {
	out := make([]byte, 0, len(text)+2)
	out = append(out, '"')
	for at := 0; at < len(text); {
		r, size := utf8.DecodeRuneInString(text[at:])
		unit, lone := surrogateAt(text[at:])
		switch {
		case lone:
			out, size = append(out, `\u`+strconv.FormatInt(int64(unit), 16)...), 3
		case r == '"' || r == '\\':
			out = append(out, '\\', byte(r))
		case r < ' ':
			out = appendControl(out, byte(r))
		default:
			out = utf8.AppendRune(out, r)
		}
		at += size
	}
	return string(append(out, '"'))
}

// appendControl appends a control character in its shortest escape.
func appendControl(out []byte, c byte) []byte {
	if i := strings.IndexByte("\b\f\n\r\t", c); i >= 0 {
		return append(out, '\\', "bfnrt"[i])
	}
	return append(out, `\u00`+strconv.FormatInt(int64(c)+0x100, 16)[1:]...)
}

// maxShown is the number of characters of foreign text in a message.
const maxShown = 80

// quoted makes foreign text safe to display.
func quoted(text string) string {
	short, shown := Show(text), 0
	for at := range short {
		if shown++; shown > maxShown {
			return strconv.Quote(short[:at]) + "…"
		}
	}
	return strconv.Quote(short)
}
