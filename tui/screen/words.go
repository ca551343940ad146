package screen

import (
	"slices"
	"strings"
)

// Words splits the text of a filter into words, in lower case.
func Words(filter string) []string { return strings.Fields(strings.ToLower(filter)) }

// HasWords reports whether every word, given in lower case, occurs in one of the texts.
func HasWords(words []string, texts ...string) bool {
	text := strings.ToLower(strings.Join(texts, " "))
	return !slices.ContainsFunc(words, func(word string) bool { return !strings.Contains(text, word) })
}
