package component

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// The ways in which a search text can match, the best first.
const (
	wholeTitle  = iota // it equals the title
	wholeWord          // it equals the name
	nameBegins         // the name begins with it
	namePrefix         // each of its words begins a word of the name
	titleBegins        // the title begins with it
	titleWords         // each of its words is a word of the title
	titlePrefix        // each of its words begins a word of the title
	titleHolds
	abbreviation // it consists of beginnings of the title's words, in their order
	noMatch
)

// rank returns how well a search text matches an item with a short name and a longer title.
func rank(typed, name, title string) int {
	typed, name, title = strings.ToLower(strings.TrimSpace(typed)), strings.ToLower(name), strings.ToLower(title)
	words, inTitle := wordsOf(typed), wordsOf(title)
	switch {
	case title == typed:
		return wholeTitle
	case name != "" && name == typed:
		return wholeWord
	case name != "" && strings.HasPrefix(name, typed):
		return nameBegins
	case allIn(words, wordsOf(name), strings.HasPrefix):
		return namePrefix
	case strings.HasPrefix(title, typed):
		return titleBegins
	case allIn(words, inTitle, func(word, typed string) bool { return word == typed }):
		return titleWords
	case allIn(words, inTitle, strings.HasPrefix):
		return titlePrefix
	case strings.Contains(title, typed):
		return titleHolds
	case abbreviates(strings.ReplaceAll(typed, " ", ""), inTitle):
		return abbreviation
	}
	return noMatch
}

func wordsOf(text string) []string {
	return strings.FieldsFunc(text, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
}

// allIn reports whether each word matches one of the others.
func allIn(words, others []string, match func(other, word string) bool) bool {
	for _, word := range words {
		if !slices.ContainsFunc(others, func(other string) bool { return match(other, word) }) {
			return false
		}
	}
	return len(words) > 0
}

// abbreviates reports whether letters consist of beginnings of words, in their order. It tries the
// longest beginning of each word first, and a shorter one if the rest then does not fit.
func abbreviates(letters string, words []string) bool {
	if letters == "" {
		return true
	}
	for i, word := range words {
		for n := commonPrefix(letters, word); n > 0; n-- {
			if utf8.RuneStart((letters + "x")[n]) && abbreviates(letters[n:], words[i+1:]) {
				return true
			}
		}
	}
	return false
}

// commonPrefix returns the length in bytes of the common prefix of two texts.
func commonPrefix(a, b string) int {
	n := 0
	for n < min(len(a), len(b)) && a[n] == b[n] {
		n++
	}
	return n
}
