package storage

import (
	"bytes"
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"errors"
	"io"
	"strings"
	"unicode/utf8"
)

// MaskBody hides secrets in a message's body; cut says that it went on. A body with
// codings that cannot be looked through without decoding is decoded for it, and only if it
// holds a secret encoded anew.
func MaskBody(mask *Mask, header []HeaderField, body []byte, cut bool) []byte {
	if len(body) == 0 {
		return body
	}
	text := string(body)
	masked := mask.inBody(text, cut)
	codings := codingsOf(header, body)
	if _, unknown := unknownCoding(codings); len(codings) == 0 || unknown {
		if masked == text {
			return body
		}
		return inCharset(masked, body)
	}
	from := decoder(codings, body)
	first, holds := maskDecoded(mask, from)
	if masked == text && !holds {
		return body
	}
	encoded := encode(codings, first)
	if _, err := io.CopyN(io.Discard, from, 1); !errors.Is(err, io.EOF) {
		const check = 4 // bytes at the end of each coding; without them it is as incomplete as it was
		encoded = encoded[:len(encoded)-check]
	}
	return encoded
}

// inCharset is a text that was masked, in characters that are in whatever charset the body
// has.
func inCharset(masked string, body []byte) []byte {
	if !utf8.Valid(body) {
		masked = strings.ReplaceAll(masked, Masked, "****")
	}
	return []byte(masked)
}

// maskDecoded is the beginning of what was decoded, secrets hidden, and whether all of it
// held one. What is too much to be looked through counts as if it did.
func maskDecoded(mask *Mask, from io.Reader) (first []byte, holds bool) {
	const overlap = 8 << 10 // longer than a secret in any form
	first, err := io.ReadAll(io.LimitReader(from, maxEncoded))
	text := string(first)
	if len(first) < maxEncoded && err == nil {
		masked := mask.inBody(text, false)
		return inCharset(masked, first), masked != text
	}
	masked := mask.inBody(text, true)
	if err != nil {
		return inCharset(masked, first), masked != text
	}
	window := append(make([]byte, 0, overlap+64<<10), first[len(first)-overlap:]...)
	for scanned := 0; err == nil && scanned < maxScanned; {
		var n int
		n, err = io.ReadFull(from, window[len(window):cap(window)])
		window, scanned = window[:len(window)+n], scanned+n
		if mask.Holds(string(window)) {
			return inCharset(masked, first), true
		}
		window = append(window[:0], window[len(window)-min(len(window), overlap):]...)
	}
	return inCharset(masked, first), err == nil || mask.Holds(text)
}

// encode applies codings that decoder undoes.
func encode(codings []string, body []byte) []byte {
	for _, coding := range codings {
		var to bytes.Buffer
		var encoder io.WriteCloser = gzip.NewWriter(&to)
		if coding == "deflate" {
			encoder, _ = zlib.NewWriterLevel(&to, flate.BestCompression) // a level that there is
		}
		_, err := encoder.Write(body)
		if errors.Join(err, encoder.Close()) != nil {
			return nil // cannot be: a Buffer takes everything
		}
		body = to.Bytes()
	}
	return body
}
