package storage

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// A Filter selects the records that match all of its terms. The zero value selects all.
type Filter struct {
	Terms []Term
}

// A Term is one condition of a Filter, such as status:bounce or -auth:pass.
type Term struct {
	Key    string
	Value  string
	Not    bool      // the term is negated
	At     time.Time // the time that the value of since: or until: means
	Column int       // where the term begins in the text, in characters from 1
}

// A FilterError describes a syntax error in a filter and its position.
type FilterError struct {
	Column int // in characters, from 1
	Reason string
}

func (e *FilterError) Error() string { return fmt.Sprintf("filter, column %d: %s", e.Column, e.Reason) }

// Is makes a FilterError match ErrInvalid.
func (e *FilterError) Is(target error) bool { return target == ErrInvalid }

// Parse parses a filter: terms of the form key:value, separated by spaces.
//
//	status:bounce channel:sms -auth:pass code:5xx since:10m webhook:"my hook" body~"550" is:duplicate
//
// A "-" before a term negates it. A value in double quotes may contain spaces and the
// escapes \" and \\. The keys since and until accept the times of [ParseTime]. If the
// filter is not valid, the error is a *FilterError.
func (s FilterSyntax) Parse(text string, now time.Time) (Filter, error) {
	var filter Filter
	for rest := text; ; {
		rest = strings.TrimLeftFunc(rest, unicode.IsSpace)
		if rest == "" {
			return filter, nil
		}
		column := utf8.RuneCountInString(text[:len(text)-len(rest)]) + 1
		term, after, err := s.parseTerm(rest, column, now)
		if err != nil {
			return Filter{}, err
		}
		filter.Terms = append(filter.Terms, term)
		rest = after
	}
}

var termStart = regexp.MustCompile(`^(-?)([^\s:~"]*)([:~]?)`)

// parseTerm parses the term at the beginning of text; column is its position in the filter.
func (s FilterSyntax) parseTerm(text string, column int, now time.Time) (term Term, rest string, err error) {
	parts := termStart.FindStringSubmatch(text)
	term = Term{Not: parts[1] != "", Key: parts[2], Column: column}
	at := column + len(parts[1])
	key, reason := s.find(term.Key, parts[3])
	if parts[3] == "" {
		reason = s.explainMissingKey(text)
	}
	if reason != "" {
		return term, "", &FilterError{at, reason}
	}
	at += utf8.RuneCountInString(parts[2]) + len(parts[3])
	term.Value, rest, reason = cutValue(text[len(parts[0]):])
	if reason == "" {
		term.At, reason = key.parseValue(term.Value, now)
	}
	if reason != "" {
		return term, "", &FilterError{at, reason}
	}
	return term, rest, nil
}

func (s FilterSyntax) find(name, op string) (filterKey, string) {
	i := slices.IndexFunc(s.keys, func(k filterKey) bool { return k.name == name })
	switch {
	case i < 0:
		return filterKey{}, fmt.Sprintf("there is no key %q; use one of %s", name, strings.Join(s.Keys(), " "))
	case op != operator(name):
		return filterKey{}, fmt.Sprintf("write %s%s instead of %s%s", name, operator(name), name, op)
	}
	return s.keys[i], ""
}

// explainMissingKey returns the error for a word that is not of the form key:value.
func (s FilterSyntax) explainMissingKey(text string) string {
	word := text
	if end := strings.IndexFunc(text, unicode.IsSpace); end > 0 {
		word = text[:end]
	}
	return fmt.Sprintf("%q is not a valid term; write key:value, with one of %s", word, strings.Join(s.Keys(), " "))
}

// cutValue splits text after its first value, which is quoted or ends at a space.
func cutValue(text string) (value, rest, reason string) {
	if !strings.HasPrefix(text, `"`) {
		end := strings.IndexFunc(text, unicode.IsSpace)
		if end < 0 {
			end = len(text)
		}
		return text[:end], text[end:], ""
	}
	var plain strings.Builder
	for i := 1; i < len(text); i++ {
		switch c := text[i]; {
		case c == '"':
			rest = text[i+1:]
			if next, _ := utf8.DecodeRuneInString(rest); rest != "" && !unicode.IsSpace(next) {
				return "", "", "a space must follow the closing quote; write \\\" for a quote within"
			}
			return plain.String(), rest, ""
		case c == '\\' && i+1 < len(text) && (text[i+1] == '"' || text[i+1] == '\\'):
			i++
			plain.WriteByte(text[i])
		default:
			plain.WriteByte(c)
		}
	}
	return "", "", "the quote is not closed; end it with \""
}

// String returns the filter in the syntax that Parse accepts.
func (f Filter) String() string {
	terms := make([]string, len(f.Terms))
	for i, t := range f.Terms {
		terms[i] = t.String()
	}
	return strings.Join(terms, " ")
}

func (t Term) String() string {
	text := t.Key + operator(t.Key) + quoteValue(t.Value)
	if t.Not {
		return "-" + text
	}
	return text
}

func quoteValue(value string) string {
	if value != "" && value[0] != '"' && !strings.ContainsFunc(value, unicode.IsSpace) {
		return value
	}
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(value) + `"`
}
