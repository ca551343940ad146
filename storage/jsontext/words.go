package jsontext

import (
	"bytes"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Words are how a text is spoken of to its author.
type Words struct {
	Text  string // what it is
	Empty string // what to do about one that is
	Send  string // the verb
	Rest  string // what to do about more than one value
	Whole string // what to do about one that is cut off
	Deep  string // what to do about one that nests too deep
	Keep  string // what to do about strings that many readers cannot keep
}

// Sent are the words for a sender, of the body of a request.
func Sent() Words {
	return Words{
		Text: "body", Empty: "send the event as the body", Send: "send", Rest: "send one event per request, and nothing behind it",
		Whole: "send the body whole: it looks cut off", Deep: "nest less: an event is 4 deep", Keep: keepOut,
	}
}

// Typed are the words for a person who wrote the text.
func Typed() Words {
	return Words{
		Text: "text", Empty: "write a JSON value", Send: "write", Rest: "write one value, and nothing behind it",
		Whole: "write the rest: it looks cut off", Deep: "nest less", Keep: keepOut,
	}
}

const keepOut = "many databases refuse it and others change it: leave it out"

// inspectBytes looks for what makes bytes no text at all.
func (w Words) inspectBytes(text []byte) *Flaw {
	broken := func(what, remedy string) *Flaw { return &Flaw{0, "byte 0", what, remedy} }
	starts := func(bytes string) bool { return strings.HasPrefix(string(text[:min(len(bytes), len(text))]), bytes) }
	const utf8Only = "write UTF-8 without a BOM (RFC 8259 §8.1)"
	switch {
	case len(text) == 0 && w.Text == "body":
		return broken("an empty body", w.Empty+", with its Content-Length or chunked")
	case len(text) == 0:
		return broken("an empty "+w.Text, w.Empty)
	case len(bytes.Trim(text, " \t\r\n")) == 0:
		return broken("a "+w.Text+" of nothing but space", w.Empty)
	case starts("\xef\xbb\xbf"):
		return broken("a byte order mark (EF BB BF)", utf8Only)
	case starts("\xff\xfe\x00\x00"), starts("\x00\x00\xfe\xff"), starts("\x00\x00\x00"), len(text) > 3 && text[0] != 0 && bytes.Equal(text[1:4], make([]byte, 3)):
		return broken("what looks like UTF-32", utf8Only)
	case starts("\xff\xfe"), starts("\xfe\xff"):
		return broken("a byte order mark of UTF-16", utf8Only)
	case len(text) > 1 && (text[0] == 0) != (text[1] == 0) && (text[0] != 0 || text[1] < utf8.RuneSelf):
		return broken("what looks like UTF-16", "write UTF-8 (RFC 8259 §8.1)")
	case utf8.Valid(text):
		return nil
	}
	if coding := compressed(text); coding != "" {
		return broken("a "+w.Text+" that looks compressed by "+coding, w.Send+" the JSON uncompressed"+w.kept())
	}
	return w.notUTF8(text)
}

func (w Words) kept() string {
	if w.Text == "body" {
		return "; the body is kept as it came"
	}
	return ""
}

// notUTF8 is the first byte that is not part of a character.
func (w Words) notUTF8(text []byte) *Flaw {
	at := 0
	for {
		r, size := utf8.DecodeRune(text[at:])
		if r == utf8.RuneError && size == 1 {
			break
		}
		at += size
	}
	line, column := Position(text, at)
	looks := "this looks like Latin-1, or like a text cut within a character"
	if text[at] >= 0x91 && text[at] <= 0x94 {
		looks = "this looks like a typographic quote in Windows-1252"
	}
	return &Flaw{at, fmt.Sprintf("line %d, column %d", line, column), fmt.Sprintf("a byte 0x%02X that is not UTF-8", text[at]),
		"write UTF-8 (RFC 8259 §8.1); " + looks}
}

// compressed names the coding that a text begins like, if any.
func compressed(text []byte) string {
	for _, coding := range []struct{ magic, name string }{{"\x1f\x8b", "gzip"}, {"\x28\xb5\x2f\xfd", "zstd"}, {"\x78\x9c", "deflate"}, {"\x78\xda", "deflate"}} {
		if strings.HasPrefix(string(text[:min(4, len(text))]), coding.magic) {
			return coding.name
		}
	}
	return ""
}

// typographic are the quotes that word processors write for those of JSON.
const typographic = "“”„‟‘’‚‛«»′″"

const (
	straightQuotes = "write strings and keys in straight double quotes (U+0022): a word processor changed them"
	noComments     = "JSON has no comments: leave them out"
	noBackslashes  = `take the backslashes away from before the quotes: the JSON was escaped once too often`
)

// common is the remedy for what can be wrong in front of every token.
func (p *parser) common() string {
	rest := p.text[p.at:]
	if len(rest) == 0 {
		return p.words.Whole
	}
	r, _ := utf8.DecodeRune(rest)
	switch {
	case strings.ContainsRune(typographic, r):
		return straightQuotes
	case r >= utf8.RuneSelf && (unicode.IsSpace(r) || unicode.In(r, unicode.Zs, unicode.Cf)):
		return fmt.Sprintf("take it away, or put a space (U+0020) there: %U cannot be seen, and is not space to JSON (RFC 8259 §2)", r)
	case r >= 0xff01 && r <= 0xff5e:
		return fmt.Sprintf("write %q: this is its wide form", r-(0xff01-'!'))
	case bytes.HasPrefix(rest, []byte("//")), bytes.HasPrefix(rest, []byte("/*")), r == '#':
		return noComments
	case bytes.HasPrefix(rest, []byte(`\"`)):
		return noBackslashes
	case bytes.HasPrefix(rest, []byte("&quot;")):
		return "write it with the quotes themselves: this is JSON as HTML has it"
	case bytes.HasPrefix(rest, []byte("{{")), bytes.HasPrefix(rest, []byte("${")), bytes.HasPrefix(rest, []byte("{%")):
		return "fill in the template's placeholder"
	case r == 0:
		return "take the NUL away"
	case r < ' ':
		return fmt.Sprintf("take the control character %U away", r)
	}
	return ""
}

func (p *parser) restRemedy() string {
	c := p.peek()
	switch remedy := p.common(); {
	case remedy != "":
		return remedy
	case c == '}' || c == ']':
		return "take the last bracket away: it has no opening one"
	case c == ';' || c == ',':
		return "take the " + string(c) + " away"
	}
	return p.words.Rest
}

// closedRemedy is for a string that goes on too long. It may have been meant to end at a
// quote of another kind.
func (p *parser) closedRemedy(start int, otherwise string) string {
	if bytes.ContainsAny(p.text[start:p.at], "“”„‟″") {
		return straightQuotes
	}
	return otherwise
}

func (p *parser) minusRemedy() string {
	switch rest := p.text[p.at:]; {
	case bytes.HasPrefix(rest, []byte("Infinity")), bytes.HasPrefix(rest, []byte("NaN")):
		return noNaN
	case len(rest) > 0 && (rest[0] == ' ' || rest[0] == '-'):
		return "this looks like YAML: " + p.words.Send + " JSON"
	}
	return "write numbers as -1 or 0.5"
}

const noNaN = "JSON has no NaN, Infinity or undefined: write null or a string"

func (p *parser) valueRemedy(rest []byte) string {
	starts := func(words ...string) bool {
		for _, word := range words {
			if len(rest) >= len(word) && strings.EqualFold(string(rest[:len(word)]), word) {
				return true
			}
		}
		return false
	}
	if remedy := p.common(); remedy != "" {
		return remedy
	}
	switch {
	case bytes.HasPrefix(rest, []byte("'{")), bytes.HasPrefix(rest, []byte("'[")), bytes.HasPrefix(rest, []byte(`'"`)):
		return "take the single quotes around it away: the shell has passed them on"
	case rest[0] == '\'' || rest[0] == '`':
		return "write strings in double quotes"
	case bytes.HasPrefix(rest, []byte("None")), bytes.HasPrefix(rest, []byte("True")), bytes.HasPrefix(rest, []byte("False")):
		return "this is Python's repr, not JSON: use json.dumps"
	case starts("nan", "infinity", "inf", "undefined"):
		return noNaN
	case starts("true", "false", "null", "nil"):
		return "write true, false and null, in small letters"
	case rest[0] == ',':
		return "take the comma away: nothing stands before it"
	case rest[0] == '<':
		return "this looks like XML or HTML: " + p.words.Send + " JSON"
	case rest[0] == '.' || rest[0] == '+':
		return "write numbers as 0.5, without a plus"
	case bytes.HasPrefix(rest, []byte("eyJ")):
		return "this looks like a token or base64: " + p.words.Send + " the JSON that it encodes"
	case isWord(rest[0]) && bytes.ContainsRune(firstLine(rest), '='):
		return "this looks like a form: " + p.words.Send + " JSON"
	case isWord(rest[0]) && p.at == 0 && bytes.Contains(firstLine(rest), []byte(":")):
		return "this looks like YAML: " + p.words.Send + " JSON"
	}
	if isWord(rest[0]) && p.words.Text == "text" {
		return "write a text in double quotes; other values are an object, an array, a number, true, false and null"
	}
	return "write a JSON value: an object, array, string, number, true, false or null"
}

func firstLine(text []byte) []byte {
	line, _, _ := bytes.Cut(text, []byte("\n"))
	return line
}

func (p *parser) keyRemedy() string {
	remedy := p.common()
	switch c := p.peek(); {
	case remedy != "":
		return remedy
	case c == '\'':
		return "write keys in double quotes, not single ones"
	case c >= '0' && c <= '9':
		return "write keys in double quotes, and numbers without separators"
	}
	return "write every key in double quotes"
}

func (p *parser) colonRemedy() string {
	if remedy := p.common(); remedy != "" {
		return remedy
	}
	return `write "key": value`
}

func (p *parser) commaRemedy(closing byte) string {
	remedy := p.common()
	number := p.at > 0 && p.text[p.at-1] >= '0' && p.text[p.at-1] <= '9'
	switch c := p.peek(); {
	case remedy != "":
		return remedy
	case c == '}' || c == ']':
		return "close it with " + string(closing) + ": brackets go in pairs"
	case c == '"':
		return "put a comma between the members, or escape the quote within the string"
	case number && (c == '-' || c == ':' || c == '.'):
		return "write a date, a time or an address as a string, in double quotes"
	case number && (c == 'x' || c == 'X' || c == 'o' || c == 'b' || c == '_' || c == 'n' || c == 'L'):
		return "write numbers in decimal digits alone, without a prefix, a suffix or separators"
	}
	return "put a comma between the members"
}

func isWord(c byte) bool {
	return c == '_' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}
