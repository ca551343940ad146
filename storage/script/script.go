// Package script finds invisible characters in a text, and spells out those that could act on
// whatever shows it. Start with [Odd] and [Escape].
//
// Two invisible characters are legitimate parts of words: U+200C, the zero width non-joiner,
// and U+200D, the zero width joiner. Persian, Hindi, Malayalam and many other languages are
// misspelled without them, and emoji of several parts fall apart. See [Joins].
package script

import (
	"unicode"
	"unicode/utf8"
)

const (
	nonJoiner = '\u200c'
	joiner    = '\u200d'
)

// Joins reports whether r is a joiner or a non-joiner that has an effect between its
// neighbours: it shapes letters that can be joined (The Unicode Standard, §23.2) or joins
// the parts of an emoji (UTS #51 §2.2). Anywhere else it only makes two texts differ that
// look the same.
func Joins(before, r, after rune) bool {
	switch r {
	case joiner:
		return shapes(before, after) || emojiEnd(before) && emoji(after)
	case nonJoiner:
		return shapes(before, after)
	}
	return false
}

// Odd returns the first character of text that is invisible or reorders the text.
func Odd(text string) (odd rune, found bool) {
	before := rune(0)
	for i, r := range text {
		if !visible(before, r) && !Joins(before, r, After(text[i:])) {
			return r, true
		}
		before = r
	}
	return 0, false
}

// After returns the second character of text, or utf8.RuneError.
func After(text string) rune {
	_, first := utf8.DecodeRuneInString(text)
	second, _ := utf8.DecodeRuneInString(text[first:])
	return second
}

// visible reports whether a character is visible. Hangul fillers and the blank Braille
// pattern are not, although their categories are those of visible characters. A variation
// selector counts as visible if it follows a character that it can change.
func visible(before, r rune) bool {
	switch {
	case unicode.Is(unicode.Variation_Selector, r):
		return before > ' ' && !unicode.Is(unicode.Variation_Selector, before)
	case r == '\u2800', unicode.Is(unicode.Other_Default_Ignorable_Code_Point, r):
		return false
	}
	return unicode.IsPrint(r)
}

// shapes reports whether two characters could be joined. One of them may be a digit, because
// Persian writes "20-year-old" with a non-joiner after the number.
func shapes(before, after rune) bool {
	word := func(r rune) bool { return unicode.In(r, unicode.L, unicode.M) && !unjoined(r) }
	number := func(r rune) bool { return unicode.Is(unicode.Nd, r) }
	return word(before) && (word(after) || number(after)) || number(before) && word(after)
}

// unjoined reports whether a character is of a script that does not use joiners.
func unjoined(r rune) bool {
	return unicode.In(r, unicode.Latin, unicode.Greek, unicode.Cyrillic, unicode.Armenian, unicode.Hebrew, unicode.Georgian,
		unicode.Ethiopic, unicode.Cherokee, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Bopomofo, unicode.Hangul) ||
		unicode.Is(unicode.Variation_Selector, r) || unicode.Is(unicode.Other_Default_Ignorable_Code_Point, r)
}

// emoji reports whether a character may begin an emoji.
func emoji(r rune) bool {
	return r >= 0x2190 && r != utf8.RuneError && unicode.Is(unicode.So, r)
}

func emojiEnd(r rune) bool {
	const firstTone, lastTone, emojiForm = 0x1f3fb, 0x1f3ff, 0xfe0f
	return emoji(r) || r == emojiForm || r >= firstTone && r <= lastTone
}
