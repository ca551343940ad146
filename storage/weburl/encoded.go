package weburl

import (
	"fmt"
	"html"
	"net/url"
	"regexp"
	"strings"
)

// The delimiters of a URL in percent-encoding, which may be encoded more than once.
var (
	encodedStart     = regexp.MustCompile(`(?i)^(https?(%(25)*3A|:?%(25)*2F)|[a-z0-9-]+(\.[a-z0-9-]+)+%(25)*(3A|2F))`)
	encodedDelimiter = regexp.MustCompile(`(?i)%(25)*(3A|2F|3F)`)
)

// encoded recognizes a URL, or the beginning of one, that was encoded as a value of another
// URL's query.
func encoded(text string) (mistake, intended string) {
	if encodedStart.MatchString(text) {
		return decoded("is itself percent-encoded", text, text, "")
	}
	scheme, authority, rest, ok := split(text)
	if !ok || !encodedDelimiter.MatchString(authority) || strings.Contains(text, "@") {
		return "", ""
	}
	return decoded("has percent-encoding in its host and port", text, scheme+authority, rest)
}

// decoded returns what the text means with one of its parts decoded, unless that changes nothing.
func decoded(mistake, text, part, rest string) (string, string) {
	plain, err := url.PathUnescape(part)
	if err != nil || plain+rest == text {
		return "", ""
	}
	return mistake, plain + rest
}

// emailAddress recognizes an e-mail address, or a URL with user info but without a scheme.
func emailAddress(text string) (mistake, intended string) {
	address := strings.TrimPrefix(text, "mailto:")
	name, host, found := strings.Cut(address, "@")
	switch {
	case !found || name == "" || strings.ContainsAny(name, "/?#") || strings.HasPrefix(host, "receiver"):
		return "", ""
	case strings.Contains(name, ":") && isSchemeless(host), strings.ContainsAny(host, ":/?") && isSchemeless(host):
		return "lacks https://", "https://" + address
	case !strings.ContainsAny(name, ": ") && isSchemeless(host):
		return "is an e-mail address, but events are sent to a web server; give https://HOST/PATH", ""
	}
	return "", ""
}

// htmlAmpersand matches an ampersand that was escaped for HTML.
var htmlAmpersand = regexp.MustCompile(`(?i)&(amp|#38|#x26);`)

// parametersAfterHost recognizes a host directly followed by parameters, whose & may be escaped for HTML.
func parametersAfterHost(text string) (mistake, intended string) {
	scheme, authority, rest, ok := split(text)
	host, parameters, found := strings.Cut(authority, "&")
	if !ok || !found || host == "" || strings.Contains(text, "@") {
		return "", ""
	}
	if entity := htmlAmpersand.FindString(authority); entity != "" {
		return "has " + entity + " after its host, an ampersand escaped for HTML", scheme + html.UnescapeString(authority) + rest
	}
	if parameters+rest == "" {
		return `has "&" after its host`, scheme + host
	}
	return "lacks / and ? between its host and its parameters", scheme + host + "/?" + parameters + rest
}

var (
	severalPorts = regexp.MustCompile(`^([^:\[\]]+|\[[^\]]*\]):(\d+)((?::\d+)+)$`)
	notDot       = regexp.MustCompile(`,|\[\.\]|\(\.\)`)
	hostWithDots = regexp.MustCompile(`^[\w-]+([.,]|\[\.\]|\(\.\))[\w.,()\[\]-]*(:\d+)?$`)
)

// repeatedPort recognizes more than one port.
func repeatedPort(text string) (mistake, intended string) {
	scheme, authority, rest, _ := split(text)
	parts := severalPorts.FindStringSubmatch(authority)
	if parts == nil || isIPv6(authority) {
		return "", ""
	}
	if strings.ReplaceAll(parts[3], ":"+parts[2], "") != "" {
		return "has several ports (" + parts[2] + parts[3] + "); give one", ""
	}
	return "has its port twice", scheme + parts[1] + ":" + parts[2] + rest
}

// wrongDot recognizes something else in place of a dot: a comma, or the brackets of a defanged URL.
func wrongDot(text string) (mistake, intended string) {
	scheme, authority, rest, _ := split(text)
	found := notDot.FindString(authority)
	if found == "" || !hostWithDots.MatchString(authority) {
		return "", ""
	}
	return fmt.Sprintf("has %q instead of a dot in its host", found), scheme + notDot.ReplaceAllString(authority, ".") + rest
}
