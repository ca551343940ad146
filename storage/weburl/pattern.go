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
	reference = pattern{regexp.MustCompile(`^(env:|file:)`), "begins with $1, which only secrets can; give the URL itself", ""}
	cut       = pattern{regexp.MustCompile("…[" + regexp.QuoteMeta(closing) + "]*$"), "ends with an ellipsis, so it was cut short when it was copied; copy the whole URL", ""}
	relative  = pattern{regexp.MustCompile(`(?s)^:?//(.+)$`), "lacks https: in front", "https://$1"}
	fragment  = pattern{regexp.MustCompile(`(?s)^([^#]*?://[^/?#][^#]*)#`), "holds a fragment (#…), which is never sent", "$1"}
	portMark  = pattern{regexp.MustCompile(`(?s)^([^/?#]*://[\w.-]+)[;,](\d{1,5})([/?#].*)?$`), "has another mark than a colon before its port", "$1:$2$3"}
	noPort    = pattern{regexp.MustCompile(`^(.*):$`), "has a colon but no port behind it", "$1"}
	gluedPort = pattern{regexp.MustCompile(`^(.*):(\d{1,5})([A-Za-z_](?:[^:\]]*|.*:[^:\]]*[^:\]\d][^:\]]*))$`), "lacks the slash behind its port", "$1:$2/$3"}
	wordPort  = pattern{regexp.MustCompile(`:([^:\]]*[^:\]0-9][^:\]]*)$`), `has "$1" for a port; give a number from 1 to 65535, or omit it with its colon`, ""}
)
