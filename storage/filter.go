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

// A Filter selects the receipts that match all of its terms. The zero value selects every
// receipt.
type Filter struct {
	Terms []Term
}

// A Term is one condition of a Filter, such as status:bounce or -auth:pass.
type Term struct {
	Key    string // one of FilterKeys
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

// bodyKey is the only key that is written with ~, because it matches a substring.
const bodyKey = "body"

// A filterKey is a key and the values that it accepts.
type filterKey struct {
	name    string
	allowed []string                                                        // nil: any value that parse accepts
	parse   func(value string, now time.Time) (at time.Time, reason string) // nil: any value
}

func filterKeys() []filterKey {
	results := []string{string(Pass), string(Fail), string(NotApplicable)}
	return []filterKey{
		{name: "status", allowed: words.Texts(AllStatuses())},
		{name: "channel", allowed: words.Texts(Channels())},
		{name: "webhook"},
		{name: "auth", allowed: results},
		{name: "schema", allowed: results},
		{name: "target", allowed: results},
		{name: "headers", allowed: results},
		{name: "duplicate", allowed: results},
		{name: "order", allowed: results},
		{name: "code", parse: parseCode},
		{name: "since", parse: parseTime},
		{name: "until", parse: parseTime},
		{name: "message"},
		{name: "identity"},
		{name: "is", allowed: []string{"duplicate", "out-of-order", "pinned", "unmatched"}},
		{name: "path"},
		{name: "delivery", parse: parseDelivery},
		{name: bodyKey},
	}
}

// FilterKeys returns the keys as they are typed: "status:", "body~".
func FilterKeys() []string {
	var names []string
	for _, key := range filterKeys() {
		names = append(names, key.name+operator(key.name))
	}
	return names
}

// FilterValues returns the values that a key accepts, or nil if they are not a fixed list.
func FilterValues(key string) []string {
	for _, k := range filterKeys() {
		if k.name == key {
			return k.allowed
		}
	}
	return nil
}

func operator(key string) string {
	if key == bodyKey {
		return "~"
	}
	return ":"
}

// ParseFilter parses a filter: terms of the form key:value, separated by spaces.
//
//	status:bounce channel:sms -auth:pass code:5xx since:10m webhook:"my hook" body~"550" is:duplicate
//
// A "-" before a term negates it. A value in double quotes may contain spaces and the
// escapes \" and \\. The keys since and until accept the times of [ParseTime]. If the
// filter is not valid, the error is a *FilterError.
func ParseFilter(text string, now time.Time) (Filter, error) {
	var filter Filter
	for rest := text; ; {
		rest = strings.TrimLeftFunc(rest, unicode.IsSpace)
		if rest == "" {
			return filter, nil
		}
		column := utf8.RuneCountInString(text[:len(text)-len(rest)]) + 1
		term, after, err := parseTerm(rest, column, now)
		if err != nil {
			return Filter{}, err
		}
		filter.Terms = append(filter.Terms, term)
		rest = after
	}
}

var termStart = regexp.MustCompile(`^(-?)([^\s:~"]*)([:~]?)`)

// parseTerm parses the term at the beginning of text; column is its position in the filter.
func parseTerm(text string, column int, now time.Time) (term Term, rest string, err error) {
	parts := termStart.FindStringSubmatch(text)
	term = Term{Not: parts[1] != "", Key: parts[2], Column: column}
	at := column + len(parts[1])
	key, reason := findKey(term.Key, parts[3])
	if parts[3] == "" {
		reason = explainMissingKey(text)
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

func findKey(name, op string) (filterKey, string) {
	keys := filterKeys()
	i := slices.IndexFunc(keys, func(k filterKey) bool { return k.name == name })
	switch {
	case i < 0:
		return filterKey{}, fmt.Sprintf("there is no key %q; use one of %s", name, strings.Join(FilterKeys(), " "))
	case op != operator(name):
		return filterKey{}, fmt.Sprintf("write %s%s instead of %s%s", name, operator(name), name, op)
	}
	return keys[i], ""
}

// explainMissingKey returns the error for a word that is not of the form key:value.
func explainMissingKey(text string) string {
	word := text
	if end := strings.IndexFunc(text, unicode.IsSpace); end > 0 {
		word = text[:end]
	}
	return fmt.Sprintf("%q is not a valid term; write key:value, with one of %s", word, strings.Join(FilterKeys(), " "))
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

// parseValue checks a value. It returns the time if the value is one, and the reason if the
// value is not valid.
func (k filterKey) parseValue(value string, now time.Time) (at time.Time, reason string) {
	switch {
	case value == "":
		return at, fmt.Sprintf("%s%s needs a value", k.name, operator(k.name))
	case k.allowed != nil && !slices.Contains(k.allowed, value):
		return at, fmt.Sprintf("%s cannot be %q; use one of %s", k.name, value, strings.Join(k.allowed, ", "))
	case k.parse != nil:
		return k.parse(value, now)
	}
	return at, ""
}

// CodeNone is the value of the key code for a request that got no answer.
const CodeNone = "none"

var codePattern = regexp.MustCompile(`^[1-5]([0-9]{2}|xx)$`)

func parseCode(value string, _ time.Time) (at time.Time, reason string) {
	if value != CodeNone && !codePattern.MatchString(value) {
		reason = fmt.Sprintf("code cannot be %q; use a status such as 401, a class such as 5xx, or %s", value, CodeNone)
	}
	return at, reason
}

func parseDelivery(value string, _ time.Time) (at time.Time, reason string) {
	if _, err := ParseID(value); err != nil {
		reason = err.Error()
	}
	return at, reason
}

func parseTime(value string, now time.Time) (time.Time, string) {
	at, ok := ParseTime(value, now)
	if !ok {
		return at, fmt.Sprintf("%q is not a valid time; use a duration before now such as 10m, 1h30m or 7d, or a time such as 2026-10-01T12:00:00Z", value)
	}
	return at, ""
}

// String returns the filter in the syntax that ParseFilter accepts.
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
