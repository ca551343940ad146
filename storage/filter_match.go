package storage

import (
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// StatesOf returns the states of deliveries with the given names.
func StatesOf(names []string) []State {
	states := make([]State, len(names))
	for i, name := range names {
		states[i] = State(name)
	}
	return states
}

// Fields are the fields of a record in memory that a filter examines.
type Fields struct {
	Values map[string][]string // by key
	Words  []string            // what lists show of it; need not repeat the values
	At     time.Time           // compared with since: and until:
}

// Matches reports whether a record matches all terms.
func (f Filter) Matches(record Fields) bool {
	all, states := f.Split()
	if len(states) > 0 && !slices.ContainsFunc(states, func(s string) bool { return record.has(Term{Key: "state", Value: s}) }) {
		return false
	}
	return !slices.ContainsFunc(all, func(t Term) bool { return record.has(t) == t.Not })
}

// has reports whether a term matches, regardless of its negation.
func (x Fields) has(t Term) bool {
	switch t.Key {
	case "since":
		return !x.At.Before(t.At)
	case "until":
		return !x.At.After(t.At)
	case "":
		return x.hasWord(strings.ToLower(t.Value))
	}
	return slices.Contains(x.Values[t.Key], t.Value)
}

// hasWord reports whether a word, in lower case, occurs in a text or a value of the record.
func (x Fields) hasWord(word string) bool {
	has := func(text string) bool { return strings.Contains(strings.ToLower(text), word) }
	if slices.ContainsFunc(x.Words, has) {
		return true
	}
	for _, values := range x.Values {
		if slices.ContainsFunc(values, has) {
			return true
		}
	}
	return false
}

// Spellings returns the spellings in which a word has to be looked for by a comparison that
// ignores the case of ASCII letters only.
func (t Term) Spellings() []string {
	if strings.IndexFunc(t.Value, func(r rune) bool { return r > unicode.MaxASCII }) < 0 {
		return []string{t.Value}
	}
	lower := strings.ToLower(t.Value)
	first, size := utf8.DecodeRuneInString(lower)
	all := []string{t.Value, lower, strings.ToUpper(t.Value), string(unicode.ToUpper(first)) + lower[size:]}
	slices.Sort(all)
	return slices.Compact(all)
}
