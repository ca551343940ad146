package storage

import (
	"bytes"
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"errors"
	"fmt"
	"io"
	"mime"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// The limits of decoding. Without them 16 KiB of gzip may expand to 16 MiB, and gzip
// within gzip to 16 GiB.
const (
	maxShown   = 64 << 10 // decoded bytes to display
	maxEncoded = 1 << 20  // decoded bytes to mask and encode again
	maxScanned = 16 << 20 // decoded bytes to search for secrets
	maxCodings = 3        // nested codings
)

// A ShownBody is the body of a message in a form that a person can read. Text may still
// contain bytes that are not valid UTF-8.
type ShownBody struct {
	Text  string
	Notes []string // how it was decoded, and what is missing
}

// Note returns the notes in one line. It is empty for a complete body that is shown as it
// was received.
func (b ShownBody) Note() string { return strings.Join(b.Notes, "; ") }

// ShowBody decodes a message's body for display: the content codings gzip and deflate
// (RFC 9110 §8.4.1), as far as the body can be decoded, then UTF-16, ISO 8859-1 and
// windows-1252.
func ShowBody(header []HeaderField, body []byte, flaw BodyFlaw) ShownBody {
	if len(body) == 0 {
		return ShownBody{}
	}
	var shown ShownBody
	decoded, cut := shown.decode(codingsOf(header, body), body), flaw != ""
	if len(decoded) > maxShown {
		decoded, cut = decoded[:maxShown], true
		shown.note("its first %d KiB", maxShown>>10)
	}
	switch flaw {
	case BodyOverLong:
		shown.note("truncated: only the first %d KiB are kept", MaxAnswerBody>>10)
	case BodyCut:
		shown.note("the body is incomplete")
	}
	shown.Text = shown.readable(charset(header), decoded, cut)
	return shown
}

// note adds a note.
func (b *ShownBody) note(format string, args ...any) {
	b.Notes = append(b.Notes, fmt.Sprintf(format, args...))
}

// decode removes codings and adds a note that says so.
func (b *ShownBody) decode(codings []string, body []byte) []byte {
	if len(codings) == 0 {
		return body
	}
	names := strings.Join(codings, ", ")
	if other, unknown := unknownCoding(codings); unknown {
		b.note("%s, shown unchanged: %s is not decoded here", names, other)
		return body
	}
	decoded, err := io.ReadAll(io.LimitReader(decoder(codings, body), maxShown+1))
	switch {
	case err == nil:
		b.note("%s, shown decoded", names)
	case len(decoded) == 0:
		b.note("%s, shown unchanged: %s", names, explainDecoding(err))
		return body
	default:
		b.note("%s, shown decoded as far as it goes: %s", names, explainDecoding(err))
	}
	return decoded
}

// explainDecoding returns the end of a note about a body that cannot be decoded.
func explainDecoding(err error) string {
	if errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) {
		return "it ends early"
	}
	return "it is damaged (" + err.Error() + ")"
}

// codingsOf returns the codings of a body in the order in which they were applied. It
// recognizes gzip without a header too, because some servers omit the header.
func codingsOf(header []HeaderField, body []byte) (codings []string) {
	for _, h := range header {
		if !strings.EqualFold(h.Name, "Content-Encoding") {
			continue
		}
		for coding := range strings.SplitSeq(h.Value, ",") {
			if coding = strings.ToLower(strings.TrimSpace(coding)); coding != "" && coding != "identity" {
				codings = append(codings, coding)
			}
		}
	}
	if len(codings) == 0 && bytes.HasPrefix(body, []byte("\x1f\x8b\x08")) { // RFC 1952 §2.3.1
		return []string{"gzip"}
	}
	return codings
}

// unknownCoding returns the first coding that is not decoded: an unknown one, or one beyond
// maxCodings.
func unknownCoding(codings []string) (name string, unknown bool) {
	for i, coding := range codings {
		switch coding {
		case "gzip", "x-gzip", "deflate":
			if i < maxCodings {
				continue
			}
		}
		return coding, true
	}
	return "", false
}

// decoder returns a reader that removes codings, the last one first.
func decoder(codings []string, body []byte) io.Reader {
	var from io.Reader = bytes.NewReader(body)
	for i := len(codings) - 1; i >= 0; i-- {
		from = &lazyDecoder{coding: codings[i], from: from}
	}
	return from
}

// A lazyDecoder reads the coding's header on the first Read rather than when it is made, so
// that a damaged header is reported like any other damage.
type lazyDecoder struct {
	coding  string
	from    io.Reader
	decoded io.Reader
}

// Read implements io.Reader.
func (d *lazyDecoder) Read(p []byte) (n int, err error) {
	if d.decoded == nil {
		if d.decoded, err = beginDecoding(d.coding, d.from); err != nil {
			return 0, err
		}
	}
	return d.decoded.Read(p)
}

// beginDecoding accepts as deflate both the zlib format (RFC 9110 §8.4.1.2) and the raw
// deflate data that some senders produce instead.
func beginDecoding(coding string, from io.Reader) (io.Reader, error) {
	if coding != "deflate" {
		return gzip.NewReader(from)
	}
	var head [2]byte
	n, err := io.ReadFull(from, head[:])
	if err != nil {
		return nil, err
	}
	from = io.MultiReader(bytes.NewReader(head[:n]), from)
	if head[0]&0x0f == 8 && (int(head[0])<<8|int(head[1]))%31 == 0 { // RFC 1950 §2.2
		return zlib.NewReader(from)
	}
	return flate.NewReader(from), nil
}

// charset returns the charset of the body in lower case, or "". A parameter that is malformed
// does not keep the valid ones from being used.
func charset(header []HeaderField) string {
	for _, h := range header {
		if strings.EqualFold(h.Name, "Content-Type") {
			_, params, err := mime.ParseMediaType(h.Value)
			if err != nil && !errors.Is(err, mime.ErrInvalidMediaParameter) {
				return ""
			}
			return strings.ToLower(params["charset"])
		}
	}
	return ""
}

// readable converts text to UTF-8 if it knows the charset. A truncated text loses the
// incomplete character at its end.
func (b *ShownBody) readable(charset string, text []byte, cut bool) string {
	if cut {
		text = WholeCharacters(text)
	}
	switch little := bytes.HasPrefix(text, []byte("\xff\xfe")); {
	case little, bytes.HasPrefix(text, []byte("\xfe\xff")), strings.HasPrefix(charset, "utf-16"):
		b.note("UTF-16, shown decoded")
		return fromUTF16(text, little || charset == "utf-16le")
	case utf8.Valid(text):
		return string(text)
	}
	switch charset {
	case "iso-8859-1", "latin1", "windows-1252":
		b.note("%s, shown decoded", charset)
		return fromLatin1(text)
	}
	if charset != "" && charset != "utf-8" {
		b.note("in %s, which is not decoded here", charset)
		return string(text)
	}
	b.note("not UTF-8")
	return string(text)
}

// WholeCharacters returns text without the incomplete UTF-8 character at its end, if there
// is one.
func WholeCharacters(text []byte) []byte {
	for n := 1; n < utf8.UTFMax && n <= len(text); n++ {
		last := text[len(text)-n:]
		if utf8.RuneStart(last[0]) {
			if !utf8.FullRune(last) {
				return text[:len(text)-n]
			}
			return text
		}
	}
	return text
}

// fromLatin1 decodes windows-1252, and ISO 8859-1 as if it were windows-1252, as browsers
// do (WHATWG Encoding §4.2). They differ in the bytes 0x80 to 0x9f, which are control
// characters in ISO 8859-1.
func fromLatin1(text []byte) string {
	const punctuation = "€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ"
	marks := []rune(punctuation)
	runes := make([]rune, len(text))
	for i, c := range text {
		runes[i] = rune(c)
		if c >= 0x80 && c < 0xa0 {
			runes[i] = marks[c-0x80]
		}
	}
	return string(runes)
}

// fromUTF16 decodes UTF-16, without a byte order mark at its beginning and without half a unit at
// its end.
func fromUTF16(text []byte, little bool) string {
	units := make([]uint16, 0, len(text)/2)
	for ; len(text) >= 2; text = text[2:] {
		unit := uint16(text[0])<<8 | uint16(text[1])
		if little {
			unit = unit>>8 | unit<<8
		}
		units = append(units, unit)
	}
	return strings.TrimPrefix(string(utf16.Decode(units)), "\ufeff")
}
