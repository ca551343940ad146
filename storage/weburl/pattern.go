package weburl

import (
	"regexp"
	"strings"
)

// A pattern recognizes a mistake by a regular expression. In its texts, $1 is what the
// first group has matched.
type pattern struct {
	match             *regexp.Regexp
	mistake, intended string
}

// anywhere is a [recognizer] that matches the whole text.
func (p pattern) anywhere(text string) (mistake, intended string) {
	groups := p.match.FindStringSubmatchIndex(text)
	if groups == nil {
		return "", ""
	}
	return string(p.match.ExpandString(nil, p.mistake, text, groups)), string(p.match.ExpandString(nil, p.intended, text, groups))
}

// inAuthority is a [recognizer] that matches the host and port of a URL. It matches nothing if the URL has an @,
// because what looks like a port before it may be a password.
func (p pattern) inAuthority(text string) (mistake, intended string) {
	scheme, authority, rest, ok := split(text)
	if !ok || strings.Contains(text, "@") || isIPv6(authority) {
		return "", ""
	}
	if mistake, intended = p.anywhere(authority); mistake != "" && p.intended != "" {
		intended = scheme + intended + rest
	}
	return mistake, intended
}

var (
	secretName     = regexp.MustCompile(`^(env:|file:)`)
	ellipsis       = regexp.MustCompile("…[" + regexp.QuoteMeta(closing) + "]*$")
	slashes        = regexp.MustCompile(`(?s)^:?//(.+)$`)
	beforeFragment = regexp.MustCompile(`(?s)^([^#]*?://[^/?#][^#]*)#`)
	wrongColon     = regexp.MustCompile(`(?s)^([^/?#]*://[\w.-]+)([;,])(\d{1,5})([/?#].*)?$`)
	colonAtEnd     = regexp.MustCompile(`^(.*):$`)
	portAndPath    = regexp.MustCompile(`^(.*):(\d{1,5})([A-Za-z_](?:[^:\]]*|.*:[^:\]]*[^:\]\d][^:\]]*))$`)
	portOfLetters  = regexp.MustCompile(`:([^:\]]*[^:\]0-9][^:\]]*)$`)
)

// fragment recognizes a fragment.
func fragment(text string) (mistake, intended string) {
	return pattern{beforeFragment, "has a fragment (#…), which is never sent", "$1"}.anywhere(text)
}
