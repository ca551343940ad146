package jsontext

import (
	"bytes"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// A hint is the remedy for text with a prefix that does not belong there.
type hint struct{ prefix, remedy string }

// remedyFor returns the remedy of the first hint that the text begins with, or "".
func remedyFor(text []byte, hints []hint) string {
	for _, h := range hints {
		if bytes.HasPrefix(text, []byte(h.prefix)) {
			return h.remedy
		}
	}
	return ""
}

const (
	// typographic has the quotes that word processors substitute for straight ones.
	typographic    = "“”„‟‘’‚‛«»′″"
	straightQuotes = "write strings and keys in straight double quotes (U+0022): a word processor changed them"
	noComments     = "JSON has no comments: remove them"
	fromShell      = "remove the single quotes around it: the shell has passed them on"
	doubleQuotes   = "write strings in double quotes"
	fromPython     = "this is Python's repr, not JSON: use json.dumps"
	noNaN          = "JSON has no NaN, Infinity or undefined: write null or a string"
	lowerCase      = "write true, false and null, in lower case"
	plainNumbers   = "write numbers as 0.5, without a plus"
	fillIn         = "fill in the template's placeholder"
)

// common returns the remedy for mistakes that can occur before any token.
func (d *diagnosis) common() string {
	rest := d.text[d.at:]
	if len(rest) == 0 {
		return d.wording.CutRemedy
	}
	if remedy := remedyFor(rest, []hint{
		{"//", noComments}, {"/*", noComments}, {"#", noComments}, {"{{", fillIn}, {"${", fillIn}, {"{%", fillIn},
		{`\"`, `remove the backslashes before the quotes: the JSON was escaped once too often`},
		{"&quot;", "write it with the quotes themselves: this is JSON escaped for HTML"},
		{"\x00", "remove the NUL"},
	}); remedy != "" {
		return remedy
	}
	switch r, _ := utf8.DecodeRune(rest); {
	case strings.ContainsRune(typographic, r):
		return straightQuotes
	case r >= utf8.RuneSelf && (unicode.IsSpace(r) || unicode.In(r, unicode.Zs, unicode.Cf)):
		return fmt.Sprintf("remove it, or put a space (U+0020) there: %U is invisible, and is not a space in JSON (RFC 8259 §2)", r)
	case r >= 0xff01 && r <= 0xff5e: // U+FF01 to U+FF5E are the wide forms of '!' to '~'
		return fmt.Sprintf("write %q: this is its full-width form", r-(0xff01-'!'))
	case r < ' ':
		return fmt.Sprintf("remove the control character %U", r)
	}
	return ""
}

// restRemedy says what to do about text after the value.
func (d *diagnosis) restRemedy() string {
	c := d.peek()
	switch remedy := d.common(); {
	case remedy != "":
		return remedy
	case c == '}' || c == ']':
		return "remove the last bracket: it has no opening one"
	case c == ';' || c == ',':
		return "remove the " + string(c)
	}
	return d.wording.RestRemedy
}

// closedRemedy returns the remedy for a string that is not closed. It may have been meant to end at
// another kind of quote.
func (d *diagnosis) closedRemedy(start int, otherwise string) string {
	if bytes.ContainsAny(d.text[start:d.at], "“”„‟″") {
		return straightQuotes
	}
	return otherwise
}

// looksLike begins a remedy for text in another format.
func (d *diagnosis) looksLike(what string) string {
	return "this looks like " + what + ": " + d.wording.Verb + " "
}

// minusRemedy says what to do about a minus sign without a number: it may begin a list in YAML,
// or -Infinity.
func (d *diagnosis) minusRemedy() string {
	yaml := d.looksLike("YAML") + "JSON"
	if remedy := remedyFor(d.text[d.at:], []hint{{"Infinity", noNaN}, {"NaN", noNaN}, {" ", yaml}, {"-", yaml}}); remedy != "" {
		return remedy
	}
	return "write numbers as -1 or 0.5"
}

// valueRemedy says what to do about text that is not a value. Most of the mistakes that it recognizes
// come from another language.
func (d *diagnosis) valueRemedy() string {
	if remedy := d.common(); remedy != "" {
		return remedy
	}
	rest := d.text[d.at:]
	if remedy := remedyFor(rest, []hint{
		{"'{", fromShell}, {"'[", fromShell}, {`'"`, fromShell}, {"'", doubleQuotes}, {"`", doubleQuotes},
		{"None", fromPython}, {"True", fromPython}, {"False", fromPython},
		{",", "remove the comma: there is nothing before it"},
		{"<", d.looksLike("XML or HTML") + "JSON"}, {".", plainNumbers}, {"+", plainNumbers},
		{"eyJ", d.looksLike("a token or base64") + "the JSON that it encodes"},
	}); remedy != "" {
		return remedy
	}
	line, _, _ := bytes.Cut(rest, []byte("\n"))
	if remedy := remedyFor(bytes.ToLower(line), []hint{
		{"nan", noNaN}, {"inf", noNaN}, {"undefined", noNaN},
		{"true", lowerCase}, {"false", lowerCase}, {"null", lowerCase}, {"nil", lowerCase},
	}); remedy != "" {
		return remedy
	}
	word := rest[0] == '_' || unicode.IsLetter(rune(rest[0])) && rest[0] < utf8.RuneSelf
	switch {
	case word && bytes.ContainsRune(line, '='):
		return d.looksLike("a form") + "JSON"
	case word && d.at == 0 && bytes.ContainsRune(line, ':'):
		return d.looksLike("YAML") + "JSON"
	case word && d.wording.Noun == "text":
		return "write a text in double quotes; other values are an object, an array, a number, true, false and null"
	}
	return "write a JSON value: an object, array, string, number, true, false or null"
}

// keyRemedy says what to do about text that is not a key.
func (d *diagnosis) keyRemedy() string {
	remedy := d.common()
	switch c := d.peek(); {
	case remedy != "":
		return remedy
	case c == '\'':
		return "write keys in double quotes, not single ones"
	case isDigit(c):
		return "write keys in double quotes, and numbers without separators"
	}
	return "write every key in double quotes"
}

// colonRemedy says what to do about a key without a value.
func (d *diagnosis) colonRemedy() string {
	if remedy := d.common(); remedy != "" {
		return remedy
	}
	return `write "key": value`
}

// commaRemedy says what to do where a comma or closing should come next.
func (d *diagnosis) commaRemedy(closing byte) string {
	remedy, c := d.common(), d.peek()
	number := d.at > 0 && isDigit(d.text[d.at-1])
	switch {
	case remedy != "":
		return remedy
	case c == '}' || c == ']':
		return "close it with " + string(closing) + ": brackets go in pairs"
	case c == '"':
		return "put a comma between the members, or escape the quote within the string"
	case number && strings.IndexByte("-:.", c) >= 0:
		return "write a date, a time or an address as a string, in double quotes"
	case number && strings.IndexByte("xXob_nL", c) >= 0:
		return "write numbers only in decimal digits, without a prefix, a suffix or separators"
	}
	return "put a comma between the members"
}
