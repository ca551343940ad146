package component

import (
	"strings"
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"
)

// Width returns how many cells a styled line takes.
//
// Almost every line consists of ASCII, colours and the console's own glyphs, each of which takes one
// cell. Only other text is divided into grapheme clusters, which takes twenty times as long.
func Width(styled string) int {
	n := 0
	for i := 0; i < len(styled); {
		size, cells := simple(styled[i:])
		if size == 0 {
			return ansi.StringWidth(styled)
		}
		i += size
		n += cells
	}
	return n
}

// simple returns the bytes and cells of the beginning of a text: a character of one cell that never
// joins others, or a sequence that sets colours. It returns 0 bytes for anything else.
func simple(text string) (size, cells int) {
	switch c := text[0]; {
	case c >= ' ' && c <= '~':
		return 1, 1
	case c == '\x1b':
		return colours(text), 0
	}
	r, size := utf8.DecodeRuneInString(text)
	if boxes := 0x2500 <= r && r < 0x25a0; !boxes && !strings.ContainsRune("…●○✓✗·–•→←", r) {
		return 0, 0
	}
	return size, 1
}

// colours returns how long a sequence that sets colours is (SGR, ECMA-48 section 8.3.117),
// or 0 if text begins with another sequence.
func colours(text string) int {
	if !strings.HasPrefix(text, "\x1b[") {
		return 0
	}
	for i := 2; i < len(text); i++ {
		switch c := text[i]; {
		case c == 'm':
			return i + 1
		case c != ';' && (c < '0' || c > '9'):
			return 0
		}
	}
	return 0
}
