package component

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// The ways in which what is typed can match, the best first.
const (
	wholeWord   = iota // it is the name
	nameBegins         // the name begins with it
	namePrefix         // each word of it begins one of the name's
	titleWords         // each word of it is one of the title's
	titlePrefix        // each word of it begins one of the title's
	titleHolds
	abbreviation // it is made of the beginnings of the title's words, in their order
	noMatch
)

// rank says how well what is typed matches a thing that has a name, of a word or two, and a
// title that tells more.
func rank(typed, name, title string) int {
	typed, name, title = strings.ToLower(strings.TrimSpace(typed)), strings.ToLower(name), strings.ToLower(title)
	words, inTitle := wordsOf(typed), wordsOf(title)
	switch {
	case name != "" && name == typed:
		return wholeWord
	case name != "" && strings.HasPrefix(name, typed):
		return nameBegins
	case allIn(words, wordsOf(name), strings.HasPrefix):
		return namePrefix
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

// abbreviates reports whether letters are beginnings of words, put together in their order.
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

// commonPrefix is how many bytes two texts begin with alike.
func commonPrefix(a, b string) int {
	n := 0
	for n < min(len(a), len(b)) && a[n] == b[n] {
		n++
	}
	return n
}
