package storage

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"backchannel/storage/words"
)

// A Filter selects the records that match all of its terms. The zero value selects all.
type Filter struct {
	Terms []Term
}

// A Term is one condition of a Filter, such as status:bounce or -auth:pass, or a word.
type Term struct {
	Key    string // empty: Value is a word, which is looked for in what lists show
	Value  string
	Bare   bool      // it was written without its key: failed instead of state:failed
	Not    bool      // the term is negated
	At     time.Time // the time that the value of since: or until: means
	Column int       // where the term begins in the text, in characters from 1
}

// A FilterError describes a syntax error in a filter and its position.
type FilterError struct {
	Column int // in characters, from 1
	Reason string
}

// Error returns the reason and its column, counted from 1.
func (e *FilterError) Error() string { return fmt.Sprintf("filter, column %d: %s", e.Column, e.Reason) }

// Is makes a FilterError match ErrInvalid.
func (e *FilterError) Is(target error) bool { return target == ErrInvalid }

// Parse parses a filter: words, and terms of the form key:value, separated by spaces.
//
//	status:bounce channel:sms -auth:pass code:5xx since:10m webhook:"my hook" body~"550" acme
//
// A "-" before a term negates it. A value or a word in double quotes may contain spaces and the
// escapes \" and \\. The keys since and until accept the times of [ParsePast], in the zone of now.
// If the records have states, the name of a state is also a term; a record matches if it has any of
// the states named. If the filter is not valid, the error is a *FilterError.
func (s FilterSyntax) Parse(text string, now time.Time) (Filter, error) {
	return s.parse(text, -1, now)
}

// ParseTyped is Parse for a text that is still being typed. The term that ends at the cursor is
// ignored as long as it is not valid, or may become a key. The cursor is in characters from 0.
func (s FilterSyntax) ParseTyped(text string, cursor int, now time.Time) (Filter, error) {
	return s.parse(text, cursor, now)
}

// parse implements Parse, for which cursor is -1, and ParseTyped.
func (s FilterSyntax) parse(text string, cursor int, now time.Time) (Filter, error) {
	var filter Filter
	for _, part := range filterParts(text) {
		term, err := s.parseTerm(part.text, part.start+1, now)
		switch open := cursor == part.end; {
		case open && (err != nil || term.Key == "" && s.beginsKey(part.text)):
		case err != nil:
			return Filter{}, err
		default:
			filter.Terms = append(filter.Terms, term)
		}
	}
	return filter, nil
}

// beginsKey reports whether a text may become a key.
func (s FilterSyntax) beginsKey(text string) bool {
	text = strings.TrimPrefix(text, "-")
	return slices.ContainsFunc(s.keys, func(k filterKey) bool { return strings.HasPrefix(k.name, text) })
}

// A filterPart is the text of a term, from start up to end in characters from 0.
type filterPart struct {
	text       string
	start, end int
}

// partPattern matches a term. A quoted value may contain spaces.
var partPattern = regexp.MustCompile(`(?:-?(?:[^\s:~"]*[:~])?"(?:[^"\\]|\\.)*"?|\S)\S*`)

// filterParts splits a filter into its terms.
func filterParts(text string) []filterPart {
	var all []filterPart
	for _, at := range partPattern.FindAllStringIndex(text, -1) {
		start := utf8.RuneCountInString(text[:at[0]])
		all = append(all, filterPart{text[at[0]:at[1]], start, start + utf8.RuneCountInString(text[at[0]:at[1]])})
	}
	return all
}

// keyPattern matches a text that looks like a key with its operator, unlike a URL or a time of day.
var keyPattern = regexp.MustCompile(`^(\pL*)([:~])`)

// parseTerm parses the text of a term; column is its position in the filter.
func (s FilterSyntax) parseTerm(text string, column int, now time.Time) (term Term, err error) {
	term.Column = column
	if rest, not := strings.CutPrefix(text, "-"); not && rest != "" {
		text, term.Not = rest, true
		column++
	}
	parts := keyPattern.FindStringSubmatch(text)
	if parts == nil || strings.HasPrefix(text[len(parts[0]):], "//") {
		return s.parseWord(term, text, column)
	}
	term.Key = parts[1]
	key, reason := s.find(term.Key, parts[2], text)
	if reason != "" {
		return term, &FilterError{column, reason}
	}
	column += utf8.RuneCountInString(parts[0])
	if term.Value, reason = unquote(text[len(parts[0]):]); reason == "" {
		term.At, reason = key.parseValue(term.Value, now)
	}
	if reason != "" {
		return term, &FilterError{column, reason}
	}
	return term, nil
}

// parseWord parses a term without a key.
func (s FilterSyntax) parseWord(term Term, text string, column int) (Term, error) {
	value, reason := unquote(text)
	switch {
	case reason != "":
		return term, &FilterError{column, reason}
	case value == "":
		return term, &FilterError{column, "the word in quotes is empty; remove it"}
	}
	term.Value = value
	if states := s.Values(s.bare); value == text && slices.Contains(states, strings.ToLower(value)) {
		term.Key, term.Value, term.Bare = s.bare, strings.ToLower(value), true
	}
	return term, nil
}

// find returns the key with that name, or the reason why there is none or why the operator is wrong.
// text is the whole term.
func (s FilterSyntax) find(name, op, text string) (filterKey, string) {
	i := slices.IndexFunc(s.keys, func(k filterKey) bool { return k.name == name })
	switch {
	case i < 0:
		names := make([]string, len(s.keys))
		for at, k := range s.keys {
			names[at] = k.name
		}
		return filterKey{}, fmt.Sprintf("there is no key %q; use one of %s%s, or write %s to look for that as a word",
			name, strings.Join(s.Keys(), " "), words.DidYouMean(name, names), quote(text))
	case op != operator(name):
		return filterKey{}, fmt.Sprintf("write %s%s instead of %s%s", name, operator(name), name, op)
	}
	return s.keys[i], ""
}

// unquote returns a value without the quotes around it, if there are any.
func unquote(text string) (value, reason string) {
	if !strings.HasPrefix(text, `"`) {
		return text, ""
	}
	var plain strings.Builder
	for i := 1; i < len(text); i++ {
		switch c := text[i]; {
		case c == '"' && i+1 < len(text):
			return "", "a space must follow the closing quote; write \\\" for a quote within"
		case c == '"':
			return plain.String(), ""
		case c == '\\' && i+1 < len(text) && (text[i+1] == '"' || text[i+1] == '\\'):
			i++
			plain.WriteByte(text[i])
		default:
			plain.WriteByte(c)
		}
	}
	return "", "the quote is not closed; end it with \""
}

// Split returns the terms that must all match, and the states. One of the states must match, unless
// there are none.
func (f Filter) Split() (all []Term, states []string) {
	for _, t := range f.Terms {
		if t.Bare && !t.Not {
			states = append(states, t.Value)
		} else {
			all = append(all, t)
		}
	}
	return all, states
}

// String returns the filter in the syntax that Parse accepts.
func (f Filter) String() string {
	terms := make([]string, len(f.Terms))
	for i, t := range f.Terms {
		terms[i] = t.String()
	}
	return strings.Join(terms, " ")
}

// String returns the term as Parse accepts it.
func (t Term) String() string {
	text := t.Key + operator(t.Key) + quoteValue(t.Value)
	switch {
	case t.Bare:
		text = t.Value
	case t.Key == "":
		text = quoteWord(t.Value)
	}
	if t.Not {
		return "-" + text
	}
	return text
}

// quoteValue puts quotes around a value that would otherwise be parsed as something else.
func quoteValue(value string) string {
	if value != "" && value[0] != '"' && !strings.ContainsFunc(value, unicode.IsSpace) {
		return value
	}
	return quote(value)
}

// quoteWord quotes a word that would not be one without quotes.
func quoteWord(word string) string {
	if word == "-" || word != "" && word[0] != '-' && !keyPattern.MatchString(word) && !isState(word) {
		return quoteValue(word)
	}
	return quote(word)
}

// isState reports whether a word may be the name of a state of some kind of record.
func isState(word string) bool {
	word = strings.ToLower(word)
	return slices.Contains(States(), State(word)) || slices.Contains(MessageStates(), MessageState(word))
}

// quote puts quotes around a text, and escapes those within.
func quote(value string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(value) + `"`
}
