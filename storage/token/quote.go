package token

import (
	"strconv"
	"unicode/utf8"
)

// maxShown is the maximum number of characters of text from outside in a message.
const maxShown = 64

// quote makes text from outside safe to display. It quotes and truncates the text and escapes everything that is not
// printable, such as control characters, bidirectional overrides and invalid UTF-8.
func quote(s string) string {
	end := 0
	for shown := 0; end < len(s); shown++ {
		if shown == maxShown {
			return strconv.Quote(s[:end]) + "… (" + count(len(s), "byte") + ")"
		}
		_, size := utf8.DecodeRuneInString(s[end:])
		end += size
	}
	return strconv.Quote(s)
}

// count returns a number with its noun: "1 byte", "12 bytes".
func count(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return strconv.Itoa(n) + " " + thing + "s"
}
