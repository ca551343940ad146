package storage

import (
	"slices"
	"strings"
)

// A Completion is a possible completion of a filter that is being typed.
type Completion struct {
	Shown string // the key or the value
	Rest  string // the part that is still to be typed; empty if Shown does not begin with what was typed
	Text  string // the whole filter
	At    int    // the cursor, in characters from 0
	Other bool   // what was typed is a whole value, which this would replace
}

// Complete returns completions of the term that ends at the cursor: keys or values that begin like
// it. known, which may be nil, returns the existing values of a key that accepts any. If the term is a
// whole value, the value after it comes first, so that a user can step through them.
func (s FilterSyntax) Complete(text string, cursor int, known func(key string) []string) []Completion {
	typed := filterPart{start: cursor, end: cursor}
	for _, t := range filterParts(text) {
		if t.start <= cursor && cursor <= t.end {
			typed = t
		}
	}
	if typed.end != cursor {
		return nil
	}
	runes := []rune(text)
	complete := func(lead, begun, word, quoted string) Completion {
		before := string(runes[:typed.start]) + lead + quoted
		c := Completion{Shown: word, Text: before + string(runes[cursor:]), At: len([]rune(before))}
		if after, ok := strings.CutPrefix(quoted, begun); ok {
			c.Rest = after
		}
		return c
	}
	sign := typed.text[:len(typed.text)-len(strings.TrimPrefix(typed.text, "-"))]
	term := strings.TrimPrefix(typed.text, "-")
	var all []Completion
	parts := keyPattern.FindStringSubmatch(term)
	if parts == nil {
		for _, word := range s.words(term) {
			all = append(all, complete(sign, term, word, word))
		}
		return all
	}
	value := term[len(parts[0]):]
	words, others := s.valuesAfter(parts[1], value, known)
	for _, word := range words {
		c := complete(sign+parts[0], value, word, quoteValue(word))
		c.Other = others
		all = append(all, c)
	}
	return all
}

// words returns the keys, and the states that may stand alone, that begin with a text.
func (s FilterSyntax) words(begun string) []string {
	all := s.Keys()
	if begun != "" {
		all = append(all, s.Values(s.bare)...)
	}
	return slices.DeleteFunc(all, func(word string) bool { return !strings.HasPrefix(word, begun) || word == begun })
}

// valuesAfter returns the values of a key that begin with a text, or if that is one of them, all
// others, from the one after it.
func (s FilterSyntax) valuesAfter(key, begun string, known func(string) []string) (values []string, others bool) {
	i := slices.IndexFunc(s.keys, func(k filterKey) bool { return k.name == key })
	if i < 0 {
		return nil, false
	}
	all := s.keys[i].allowed
	if all == nil {
		all = slices.Clone(s.keys[i].examples)
		if known != nil {
			for _, value := range known(key) {
				if value != "" && !slices.Contains(all, value) {
					all = append(all, value)
				}
			}
		}
	}
	if at := slices.IndexFunc(all, func(v string) bool { return v == begun || quoteValue(v) == begun }); at >= 0 {
		return slices.Concat(all[at+1:], all[:at]), true
	}
	begun = strings.ToLower(strings.TrimPrefix(begun, `"`))
	return slices.DeleteFunc(slices.Clone(all), func(v string) bool { return !strings.HasPrefix(strings.ToLower(v), begun) }), false
}
