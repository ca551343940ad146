package storage

import (
	"bytes"
	"compress/gzip"
	"compress/zlib"
	"encoding/base64"
	"io"
	"regexp"
	"slices"
	"strings"
)

// packedText matches base64 that begins with the magic bytes of gzip (RFC 1952 §2.3.1) or of
// zlib (RFC 1950 §2.2). It may contain line breaks, and slashes escaped as in JSON.
var packedText = regexp.MustCompile(`(?:` + strings.Join(packedStarts(), "|") + `)(?:[A-Za-z0-9+/_-]|\\/|\\n|\\r|\r?\n){16,}={0,2}`)

// packedStarts returns what base64 of gzip, and of zlib at each of its levels, begins with.
func packedStarts() []string {
	return []string{"H4sI", "eJw", "eJx", "eJy", "eJz", "eNo", "eNp", "eNq", "eNr", "eAE"}
}

// mayBePacked reports whether packedText can match. A regular expression without a fixed
// beginning takes a hundred times as long to find nothing in a large body.
func mayBePacked(text string) bool {
	return slices.ContainsFunc(packedStarts(), func(start string) bool { return strings.Contains(text, start) })
}

// inBody is like Text for a body, or like start for a truncated one. It also hides data that
// was compressed and then encoded in base64, such as a dump of a request, if it contains a
// secret.
func (m *Mask) inBody(text string, cut bool) string {
	hidden := m.Text(text)
	if cut {
		hidden = m.start(text)
	}
	if m == nil || !mayBePacked(hidden) || !packedText.MatchString(hidden) {
		return hidden
	}
	left := int64(maxScanned)
	return packedText.ReplaceAllStringFunc(hidden, func(packed string) string {
		if m.inPacked(packed, &left) {
			return Masked
		}
		return packed
	})
}

// inPacked reports whether compressed data in base64 contains a secret. It reports true for
// data that is too long to search.
func (m *Mask) inPacked(packed string, left *int64) bool {
	from, err := unpacked(packed)
	if err != nil {
		return false
	}
	plain, err := io.ReadAll(io.LimitReader(from, *left))
	if *left -= int64(len(plain)); *left <= 0 {
		return true
	}
	whole := err == nil
	return m.hide(string(plain), !whole) != string(plain)
}

// unpacked returns a reader of the data in packedText. It accepts both alphabets, line breaks as
// such and as in JSON, and padding or none.
func unpacked(packed string) (io.Reader, error) {
	digits := strings.NewReplacer(`\n`, "", `\r`, "", `\`, "", "\n", "", "\r", "", "=", "", "-", "+", "_", "/").Replace(packed)
	if len(digits)%4 == 1 {
		digits = digits[:len(digits)-1] // a truncated group, which encodes no byte
	}
	compressed, err := base64.RawStdEncoding.DecodeString(digits)
	if err != nil {
		return nil, err
	}
	if bytes.HasPrefix(compressed, []byte("\x1f\x8b")) {
		return gzip.NewReader(bytes.NewReader(compressed))
	}
	return zlib.NewReader(bytes.NewReader(compressed))
}
