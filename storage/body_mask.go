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

// MaskBody hides secrets in a message's body; cut reports whether the body was truncated.
// A compressed body is decoded to be searched, and encoded again only if it contains a
// secret, so that every other body stays as it was received.
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
		// Both gzip and zlib end with a checksum. Without the last 4 bytes the body is still
		// recognized as truncated, as the original was.
		const check = 4
		encoded = encoded[:len(encoded)-check]
	}
	return encoded
}

// inCharset returns masked text with a mask that is readable in the body's charset: the
// bullets of Masked are UTF-8, while asterisks are the same in every charset in use.
func inCharset(masked string, body []byte) []byte {
	if !utf8.Valid(body) {
		masked = strings.ReplaceAll(masked, Masked, "****")
	}
	return []byte(masked)
}

// maskDecoded returns the first maxEncoded bytes of a decoded body with its secrets hidden,
// and reports whether the whole body contains a secret. It reports true for a body that is
// too long to search.
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

// encode applies codings; it is the inverse of decoder.
func encode(codings []string, body []byte) []byte {
	for _, coding := range codings {
		var to bytes.Buffer
		var encoder io.WriteCloser = gzip.NewWriter(&to)
		if coding == "deflate" {
			encoder, _ = zlib.NewWriterLevel(&to, flate.BestCompression) // fails only for an invalid level
		}
		_, err := encoder.Write(body)
		if errors.Join(err, encoder.Close()) != nil {
			return nil // unreachable: a bytes.Buffer never fails to write
		}
		body = to.Bytes()
	}
	return body
}
