package jsontext

import (
	"bytes"
	"fmt"
	"unicode/utf8"
)

// A Wording adapts messages about a text to the person who reads them.
type Wording struct {
	Noun string // what the text is, such as "body"
	Verb string // what the reader does with it, such as "send"

	// What to do about a text that
	EmptyRemedy string // is empty
	RestRemedy  string // has more than one value
	CutRemedy   string // was cut short
	DeepRemedy  string // nests too deep
	OddRemedy   string // has strings that many readers cannot represent
}

// BodyWording returns the wording for the body of a request, in messages to its sender.
func BodyWording() Wording {
	return Wording{
		Noun: "body", Verb: "send",
		EmptyRemedy: "send the event as the body", RestRemedy: "send one event per request, and nothing after it",
		CutRemedy: "send the whole body: it looks cut off", DeepRemedy: "nest less: an event is 4 deep", OddRemedy: oddRemedy,
	}
}

// InputWording returns the wording for a text that the reader of the message has written.
func InputWording() Wording {
	return Wording{
		Noun: "text", Verb: "write",
		EmptyRemedy: "write a JSON value", RestRemedy: "write one value, and nothing after it",
		CutRemedy: "write the rest: it looks cut off", DeepRemedy: "nest less", OddRemedy: oddRemedy,
	}
}

// oddRemedy is the remedy for strings that are valid JSON but cause trouble later.
const oddRemedy = "many databases reject it and others change it: leave it out"

// inspectEncoding explains why a text is empty or not in UTF-8. It returns nil if it is neither.
func (w Wording) inspectEncoding(text []byte) *Flaw {
	broken := func(what, remedy string) *Flaw { return &Flaw{What: what, Remedy: remedy} }
	starts := func(prefix string) bool { return bytes.HasPrefix(text, []byte(prefix)) }
	const utf8Only = "write UTF-8 without a BOM (RFC 8259 §8.1)"
	switch {
	case len(text) == 0 && w.Noun == "body":
		return broken("an empty body", w.EmptyRemedy+", with its Content-Length or chunked")
	case len(text) == 0:
		return broken("an empty "+w.Noun, w.EmptyRemedy)
	case len(bytes.Trim(text, Space)) == 0:
		return broken("a "+w.Noun+" of nothing but white space", w.EmptyRemedy)
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
	if coding := compression(text); coding != "" {
		return broken("a "+w.Noun+" that looks compressed with "+coding, w.Verb+" the JSON uncompressed"+w.keptNote())
	}
	return w.notUTF8(text)
}

// keptNote returns the end of a message about an invalid body, which is kept all the same.
func (w Wording) keptNote() string {
	if w.Noun == "body" {
		return "; the body is kept unchanged"
	}
	return ""
}

// notUTF8 returns the first byte that is not part of a character.
func (w Wording) notUTF8(text []byte) *Flaw {
	at := 0
	for {
		r, size := utf8.DecodeRune(text[at:])
		if r == utf8.RuneError && size == 1 {
			break
		}
		at += size
	}
	guess := "this looks like Latin-1, or like a text cut within a character"
	if text[at] >= 0x91 && text[at] <= 0x94 {
		guess = "this looks like a typographic quote in Windows-1252"
	}
	return brokenAt(text, at, fmt.Sprintf("a byte 0x%02X that is not UTF-8", text[at]), "write UTF-8 (RFC 8259 §8.1); "+guess)
}

// compression returns the content coding that the first bytes of a text indicate, or "".
func compression(text []byte) string {
	for _, coding := range []struct{ magic, name string }{{"\x1f\x8b", "gzip"}, {"\x28\xb5\x2f\xfd", "zstd"}, {"\x78\x9c", "deflate"}, {"\x78\xda", "deflate"}} {
		if bytes.HasPrefix(text, []byte(coding.magic)) {
			return coding.name
		}
	}
	return ""
}
