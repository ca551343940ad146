package storage

import (
	"regexp"
	"slices"
	"strings"
)

// The digits of a number in international form (E.164), without the plus sign.
const (
	minDigits = 7
	maxDigits = 15
)

// numberPattern matches the patterns that a phone number can match: a plus sign, if any, comes
// first.
var numberPattern = regexp.MustCompile(`^[*?]*\+?[0-9*?]*$`)

// WhyNeverMatches returns why no address of a channel can match a pattern and what to write instead,
// or "" if one can. A pattern for unusual addresses, with quotes or IP addresses in them, counts as
// one that can match.
func WhyNeverMatches(channel Channel, pattern string) string {
	switch {
	case pattern == "":
	case channel == SMS:
		return whyNoNumber(pattern)
	case channel == Email:
		return whyNoMailbox(pattern)
	}
	return ""
}

// whyNoNumber is WhyNeverMatches for phone numbers. The rules of a pattern are tried in order
// and the first that matches decides, so one that never matches is not noticed: its messages
// just have another outcome.
func whyNoNumber(pattern string) string {
	const remedy = "; write a pattern such as +1555*"
	if !numberPattern.MatchString(pattern) {
		return "can never match a phone number, which is + and digits" + remedy
	}
	if !strings.ContainsRune("*?+", rune(pattern[0])) {
		return "can never match a phone number, which begins with +" + remedy
	}
	if strings.Contains(pattern, "+0") {
		return "can never match a phone number, whose country code does not begin with 0" + remedy
	}
	characters := len(pattern) - strings.Count(pattern, "*")
	if open := strings.Contains(pattern, "*"); characters > maxDigits+1 || !open && characters < minDigits+1 {
		return "can never match a phone number, which is + and 7 to 15 digits" + remedy
	}
	return ""
}

// whyNoMailbox is WhyNeverMatches for email addresses. It tries whether any of several texts that the
// pattern matches is an address.
func whyNoMailbox(pattern string) string {
	if !strings.ContainsAny(pattern, "*?") {
		if reason := CheckMailbox(pattern); reason != "" {
			return "can never match, as it is not an email address: " + reason + "; write one, or a pattern such as *@example.com"
		}
		return ""
	}
	if strings.ContainsAny(pattern, `"[`) || slices.ContainsFunc(instances(pattern), func(text string) bool { return CheckMailbox(text) == "" }) {
		return ""
	}
	return "can never match an email address; write a pattern such as *@example.com"
}

// instances returns texts that match a pattern, one of which is an email address if any
// common one matches. It is enough to let one of the wildcards stand for the parts of an
// address that the rest of the pattern lacks.
func instances(pattern string) (all []string) {
	for strings.Contains(pattern, "**") {
		pattern = strings.ReplaceAll(pattern, "**", "*")
	}
	for i := range pattern {
		var choices []string
		switch pattern[i] {
		case '*':
			choices = []string{"", "a", "@", "a@", "@a.aa", "@a.", "a@a.aa", "a@a.", ".aa"}
		case '?':
			choices = []string{"a", "@", "."}
		}
		for _, choice := range choices {
			for _, others := range []string{"", "a"} {
				all = append(all, filled(pattern[:i], others)+choice+filled(pattern[i+1:], others))
			}
		}
	}
	return all
}

// filled returns a text that the pattern matches, with star for each *.
func filled(pattern, star string) string {
	return strings.NewReplacer("*", star, "?", "a").Replace(pattern)
}
