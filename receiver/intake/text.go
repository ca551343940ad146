package intake

import (
	"crypto/sha256"
	"encoding/hex"
	"strconv"
	"unicode/utf8"
)

// MaxShown is how many characters of foreign text a message shows.
const MaxShown = 80

// Quote returns foreign text in a form that is safe to show: quoted, cut to MaxShown
// characters, with everything escaped that is not printable.
func Quote(text string) string {
	if short := Clip(text, MaxShown); len(short) < len(text) {
		return strconv.Quote(short) + "…"
	}
	return strconv.Quote(text)
}

// Clip returns at most the first most characters of text.
func Clip(text string, most int) string {
	if len(text) <= most {
		return text
	}
	end := 0
	for range most {
		if end >= len(text) {
			break
		}
		_, size := utf8.DecodeRuneInString(text[end:])
		end += size
	}
	return text[:end]
}

// maxIndexed bounds the values of a request that are searched and compared, in characters.
const maxIndexed = 256

// Indexed returns text, shortened to maxIndexed characters. A shortened text ends with the
// digest of the whole, so that two texts are equal only if they were before.
func Indexed(text string) string {
	short := Clip(text, maxIndexed)
	if len(short) == len(text) {
		return text
	}
	sum := sha256.Sum256([]byte(text))
	return short + "…" + hex.EncodeToString(sum[:])
}
