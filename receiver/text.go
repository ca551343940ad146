package receiver

import (
	"strconv"
	"unicode/utf8"
)

// maxShown is how many characters of foreign text a message shows.
const maxShown = 80

// quote returns foreign text in a form that is safe to show: quoted, cut to maxShown
// characters, with everything escaped that is not printable.
func quote(text string) string {
	if short := clip(text, maxShown); len(short) < len(text) {
		return strconv.Quote(short) + "…"
	}
	return strconv.Quote(text)
}

// clip returns at most the first most characters of text.
func clip(text string, most int) string {
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
