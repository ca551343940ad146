package script

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Escape makes text from outside safe to draw on one line: whatever could move
// the cursor, reorder the text, hide in it or break the line is written as an escape such
// as \x1b, \u202e or \xff. Printable text is unchanged.
//
// The result is for people and cannot be unescaped, because a backslash in s is not doubled.
func Escape(s string) string {
	return escape(s, false)
}

// EscapeMultiline is [Escape] for text of several lines. It keeps \n and drops a \r before
// it.
func EscapeMultiline(s string) string {
	return escape(strings.ReplaceAll(s, "\r\n", "\n"), true)
}

func escape(s string, keepNewline bool) string {
	var b strings.Builder
	b.Grow(len(s) + 16)
	prev := rune(0)
	for i := 0; i < len(s); {
		r, size := utf8.DecodeRuneInString(s[i:])
		i += size
		switch {
		case r == utf8.RuneError && size == 1:
			fmt.Fprintf(&b, `\x%02x`, s[i-1])
			prev = 0
		case r == '\n' && keepNewline, isVisible(r), belongsTo(prev, r, s[i:]):
			b.WriteRune(r)
			prev = r
		default:
			b.WriteString(spell(r))
			prev = 0
		}
	}
	return b.String()
}

// isVisible reports whether r draws something by itself or is a space. Some characters, such
// as Hangul fillers, are letters by category but invisible.
func isVisible(r rune) bool {
	return unicode.IsGraphic(r) && !isVariation(r) &&
		!unicode.Is(unicode.Other_Default_Ignorable_Code_Point, r)
}

// belongsTo reports whether r, invisible by itself, is a legitimate part of the
// character that prev began: one variation selector after something visible, or
// what joins letters or emoji, or keeps letters apart.
func belongsTo(prev, r rune, rest string) bool {
	if isVariation(r) {
		return prev > ' ' && isVisible(prev)
	}
	next, _ := utf8.DecodeRuneInString(rest)
	return Joins(prev, r, next)
}

func isVariation(r rune) bool {
	return unicode.Is(unicode.Variation_Selector, r)
}

func spell(r rune) string {
	switch {
	case r < 0x20 || r == 0x7f:
		return fmt.Sprintf(`\x%02x`, r)
	case r > 0xffff:
		return fmt.Sprintf(`\U%08x`, r)
	default:
		return fmt.Sprintf(`\u%04x`, r)
	}
}
