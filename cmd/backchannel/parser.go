package main

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"backchannel/storage"
	"backchannel/storage/words"
)

// A parser parses the texts of flags into fields and collects the errors. A flag that was not given
// changes nothing.
type parser struct {
	given func(flag string) bool
	bad   storage.FieldErrors
}

// parser returns a parser of a command's flags. It starts with the errors that were deferred
// while the command line was read.
func (s *session) parser(cmd *cobra.Command) *parser {
	return &parser{given: cmd.Flags().Changed, bad: slices.Clone(s.flagErrors)}
}

// add records an error of a field.
func (p *parser) add(field, format string, args ...any) {
	p.bad = append(p.bad, storage.FieldError{Field: field, Reason: fmt.Sprintf(format, args...)})
}

// hasError reports whether an error of a field has been recorded.
func (p *parser) hasError(field string) bool {
	return slices.ContainsFunc(p.bad, func(f storage.FieldError) bool { return f.Field == field })
}

// addAll records the errors of fields in err. If err is not about fields, it records err as the
// error of field.
func (p *parser) addAll(field string, err error) {
	var fields storage.FieldErrors
	if errors.As(err, &fields) {
		p.bad = append(p.bad, fields...)
		return
	}
	p.add(field, "%v", err)
}

// negativeLimit is the format of the error about a negative limit.
const negativeLimit = "%d is negative; use 0 or more"

// limit rejects a negative limit. 0 means none.
func (p *parser) limit(n int) {
	if n < 0 {
		p.add("limit", negativeLimit, n)
	}
}

// filter parses a filter.
func (p *parser) filter(syntax storage.FilterSyntax, text string, now time.Time) storage.Filter {
	filter, err := syntax.Parse(text, now)
	var wrong *storage.FilterError
	if errors.As(err, &wrong) {
		p.add("filter", "column %d: %s", wrong.Column, wrong.Reason)
	}
	return filter
}

// statuses parses the statuses of events.
func (p *parser) statuses(texts []string) (statuses []storage.Status) {
	known := storage.AllStatuses()
	for _, text := range texts {
		status := storage.Status(strings.TrimSpace(text))
		if !status.Known() {
			p.add("status", "%q is unknown; use %s%s", text, words.List(known), words.DidYouMean(text, known))
		}
		statuses = append(statuses, status)
	}
	return statuses
}

// since parses a time, or a duration before now.
func (p *parser) since(text string, now time.Time) time.Time {
	at, ok := storage.ParsePast(text, now)
	if !ok {
		p.add("since", "%q is neither a time nor a duration; use %s, 10:36 or 10m, say", text, now.UTC().Format(time.RFC3339))
	}
	return at
}

// text sets a text, if its flag is given.
func (p *parser) text(flag string, to *string, text string) {
	if p.given(flag) {
		*to = text
	}
}

// duration parses a duration in Go's notation, if its flag is given. field is the name in the
// error.
func (p *parser) duration(flag, field string, to *time.Duration, text string) {
	if !p.given(flag) {
		return
	}
	d, err := time.ParseDuration(strings.TrimSpace(text))
	if err != nil {
		p.add(field, "%q is not a valid duration; use 10s or 500ms, say", text)
		return
	}
	*to = d
}

// number parses a whole number, if its flag is given. field is the name in the error.
func (p *parser) number(flag, field string, to *int, text string) {
	if !p.given(flag) {
		return
	}
	n, err := strconv.Atoi(strings.TrimSpace(text))
	if err != nil {
		p.add(field, "%q is not a whole number; use 16, say", text)
		return
	}
	*to = n
}

// rate parses a rate per second, such as 10/s. The word none is 0, which means no limit.
func (p *parser) rate(field string, to *float64, text string) {
	if text == "none" {
		*to = 0
		return
	}
	number, perSecond := strings.CutSuffix(strings.TrimSpace(text), "/s")
	rate, err := strconv.ParseFloat(number, 64)
	// Not rate <= 0, which is false for NaN.
	if err != nil || !perSecond || !(rate > 0) {
		p.add(field, "%q is not a valid rate; use 10/s, say, or none", text)
		return
	}
	*to = rate
}

// rejectJWT rejects flags that have no effect without JWT authentication.
func (p *parser) rejectJWT() {
	for _, f := range []struct{ flag, field string }{
		{"jwt-alg", "algorithm"}, {"jwt-secret", "secret"}, {"jwt-iss", "issuer"}, {"jwt-sub", "subject"},
		{"jwt-aud", "audience"}, {"jwt-claims", "claims"}, {"jwt-kid", "keyId"}, {"jwt-ttl", "lifetimeMs"},
		{"jwt-header", "header"}, {"jwt-prefix", "prefix"},
	} {
		if p.given(f.flag) {
			p.add("auth."+f.field, "--%s requires JWT authentication; add --auth jwt", f.flag)
		}
	}
}
