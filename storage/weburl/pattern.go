package weburl

import (
	"regexp"
	"strings"
)

// A pattern is a slip that a regular expression recognizes. In its texts, $1 is what the
// first group has matched.
type pattern struct {
	match      *regexp.Regexp
	did, meant string
}

// anywhere matches the whole text.
func (p pattern) anywhere(text string) (did, meant string) {
	groups := p.match.FindStringSubmatchIndex(text)
	if groups == nil {
		return "", ""
	}
	return string(p.match.ExpandString(nil, p.did, text, groups)), string(p.match.ExpandString(nil, p.meant, text, groups))
}

// inAuthority matches the host and port of a URL. It matches nothing if the URL has an @,
// because what looks like a port before it may be a password.
func (p pattern) inAuthority(text string) (did, meant string) {
	scheme, authority, rest, ok := split(text)
	if !ok || strings.Contains(text, "@") || isIPv6(authority) {
		return "", ""
	}
	if did, meant = p.anywhere(authority); did != "" && p.meant != "" {
		meant = scheme + meant + rest
	}
	return did, meant
}

var (
	secretName    = regexp.MustCompile(`^(env:|file:)`)
	ellipsis      = regexp.MustCompile("…[" + regexp.QuoteMeta(closing) + "]*$")
	slashes       = regexp.MustCompile(`(?s)^:?//(.+)$`)
	hash          = regexp.MustCompile(`(?s)^([^#]*?://[^/?#][^#]*)#`)
	markedPort    = regexp.MustCompile(`(?s)^([^/?#]*://[\w.-]+)[;,](\d{1,5})([/?#].*)?$`)
	colonAtEnd    = regexp.MustCompile(`^(.*):$`)
	portAndPath   = regexp.MustCompile(`^(.*):(\d{1,5})([A-Za-z_](?:[^:\]]*|.*:[^:\]]*[^:\]\d][^:\]]*))$`)
	portOfLetters = regexp.MustCompile(`:([^:\]]*[^:\]0-9][^:\]]*)$`)
)

// fragment recognizes a fragment.
func fragment(text string) (did, meant string) {
	return pattern{hash, "holds a fragment (#…), which is never sent", "$1"}.anywhere(text)
}
