package jsontext

import (
	"bytes"
	"fmt"
	"unicode/utf8"
)

// Words are the words for a text in messages to its author.
type Words struct {
	Text  string // what it is
	Send  string // what the author does with it
	Empty string // the remedy if it is empty
	Rest  string // if it has more than one value
	Whole string // if it was cut short
	Deep  string // if it nests too deep
	Keep  string // if it has strings that many readers cannot represent
}

// Sent returns the words for the body of a request, in messages to its sender.
func Sent() Words {
	return Words{
		Text: "body", Empty: "send the event as the body", Send: "send", Rest: "send one event per request, and nothing after it",
		Whole: "send the body whole: it looks cut off", Deep: "nest less: an event is 4 deep", Keep: keepOut,
	}
}

// Typed returns the words for a text that the reader of the message has written.
func Typed() Words {
	return Words{
		Text: "text", Empty: "write a JSON value", Send: "write", Rest: "write one value, and nothing after it",
		Whole: "write the rest: it looks cut off", Deep: "nest less", Keep: keepOut,
	}
}

// keepOut is the remedy for what is valid JSON and causes trouble later.
const keepOut = "many databases refuse it and others change it: leave it out"

// inspectBytes explains why bytes are not a text in UTF-8 with something in it.
func (w Words) inspectBytes(text []byte) *Flaw {
	broken := func(what, remedy string) *Flaw { return &Flaw{What: what, Remedy: remedy} }
	starts := func(prefix string) bool { return bytes.HasPrefix(text, []byte(prefix)) }
	const utf8Only = "write UTF-8 without a BOM (RFC 8259 §8.1)"
	switch {
	case len(text) == 0 && w.Text == "body":
		return broken("an empty body", w.Empty+", with its Content-Length or chunked")
	case len(text) == 0:
		return broken("an empty "+w.Text, w.Empty)
	case len(bytes.Trim(text, Space)) == 0:
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

// kept adds that a body is kept although it is not valid.
func (w Words) kept() string {
	if w.Text == "body" {
		return "; the body is kept unchanged"
	}
	return ""
}

// notUTF8 returns the first byte that is not part of a character.
func (w Words) notUTF8(text []byte) *Flaw {
	at := 0
	for {
		r, size := utf8.DecodeRune(text[at:])
		if r == utf8.RuneError && size == 1 {
			break
		}
		at += size
	}
	looks := "this looks like Latin-1, or like a text cut within a character"
	if text[at] >= 0x91 && text[at] <= 0x94 {
		looks = "this looks like a typographic quote in Windows-1252"
	}
	return brokenAt(text, at, fmt.Sprintf("a byte 0x%02X that is not UTF-8", text[at]), "write UTF-8 (RFC 8259 §8.1); "+looks)
}

// compressed returns the coding whose first bytes the text has.
func compressed(text []byte) string {
	for _, coding := range []struct{ magic, name string }{{"\x1f\x8b", "gzip"}, {"\x28\xb5\x2f\xfd", "zstd"}, {"\x78\x9c", "deflate"}, {"\x78\xda", "deflate"}} {
		if bytes.HasPrefix(text, []byte(coding.magic)) {
			return coding.name
		}
	}
	return ""
}
