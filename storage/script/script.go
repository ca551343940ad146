// Package script knows the two invisible characters that belong into words: U+200C, the
// zero width non-joiner, and U+200D, the zero width joiner. Persian, Hindi, Malayalam and
// many others are misspelled without them, and emoji of several parts fall apart. See
// [Joins].
package script

import (
	"unicode"
	"unicode/utf8"
)

const (
	nonJoiner = '\u200c'
	joiner    = '\u200d'
)

// Joins reports whether a character is one of the two and does something between those
// before and after it: shape letters that can be joined (The Unicode Standard, §23.2), or
// hold parts of an emoji together (UTS #51 §2.2). Between other letters, at the ends of a
// text and in a row they only make two texts differ that look the same.
func Joins(before, r, after rune) bool {
	switch r {
	case joiner:
		return shapes(before, after) || emojiEnd(before) && Emoji(after)
	case nonJoiner:
		return shapes(before, after)
	}
	return false
}

// Odd finds the first character of a text that cannot be seen, or reorders the text.
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

// After is the second character of a text, or utf8.RuneError.
func After(text string) rune {
	_, first := utf8.DecodeRuneInString(text)
	second, _ := utf8.DecodeRuneInString(text[first:])
	return second
}

// visible reports whether a character draws something. Hangul fillers and the blank of
// Braille do not, whatever their categories are, and a variation selector changes what is
// before it.
func visible(before, r rune) bool {
	switch {
	case unicode.Is(unicode.Variation_Selector, r):
		return before > ' ' && !unicode.Is(unicode.Variation_Selector, before)
	case r == '\u2800', unicode.Is(unicode.Other_Default_Ignorable_Code_Point, r):
		return false
	}
	return unicode.IsPrint(r)
}

// shapes reports whether letters could be joined. A digit may stand at one side, as in
// "20-year-old", which Persian writes with a non-joiner.
func shapes(before, after rune) bool {
	word := func(r rune) bool { return unicode.In(r, unicode.L, unicode.M) && !unjoined(r) }
	number := func(r rune) bool { return unicode.Is(unicode.Nd, r) }
	return word(before) && (word(after) || number(after)) || number(before) && word(after)
}

// unjoined reports whether a character's script has letters that are never joined, or joins
// no others, so that neither character has anything to do there.
func unjoined(r rune) bool {
	return unicode.In(r, unicode.Latin, unicode.Greek, unicode.Cyrillic, unicode.Armenian, unicode.Hebrew, unicode.Georgian,
		unicode.Ethiopic, unicode.Cherokee, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Bopomofo, unicode.Hangul) ||
		unicode.Is(unicode.Variation_Selector, r) || unicode.Is(unicode.Other_Default_Ignorable_Code_Point, r)
}

// Emoji reports whether a character may begin an emoji.
func Emoji(r rune) bool {
	return r >= 0x2190 && r != utf8.RuneError && unicode.Is(unicode.So, r)
}

func emojiEnd(r rune) bool {
	const firstTone, lastTone, emojiForm = 0x1f3fb, 0x1f3ff, 0xfe0f
	return Emoji(r) || r == emojiForm || r >= firstTone && r <= lastTone
}
