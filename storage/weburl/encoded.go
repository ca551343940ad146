package weburl

import (
	"html"
	"net/url"
	"regexp"
	"strings"
)

// The marks of a URL in percent-encoding, which may itself be encoded once more.
var (
	encodedStart     = regexp.MustCompile(`(?i)^(https?(%(25)*3A|:?%(25)*2F)|[a-z0-9-]+(\.[a-z0-9-]+)+%(25)*(3A|2F))`)
	encodedDelimiter = regexp.MustCompile(`(?i)%(25)*(3A|2F|3F)`)
)

// encoded is a URL, or the beginning of one, that was made a value of another URL's query.
func encoded(text string) (did, meant string) {
	if encodedStart.MatchString(text) {
		return decoded("is percent-encoded itself", text, text, "")
	}
	scheme, authority, rest, ok := split(text)
	if !ok || !encodedDelimiter.MatchString(authority) || strings.Contains(text, "@") {
		return "", ""
	}
	return decoded("has percent-encoding in its host and port", text, scheme+authority, rest)
}

func decoded(did, text, part, rest string) (string, string) {
	plain, err := url.PathUnescape(part)
	if err != nil || plain+rest == text {
		return "", ""
	}
	return did, plain + rest
}

// mailed is an address of mail, or a URL with user info and without a scheme.
func mailed(text string) (did, meant string) {
	address := strings.TrimPrefix(text, "mailto:")
	name, host, found := strings.Cut(address, "@")
	switch {
	case !found || name == "" || strings.ContainsAny(name, "/?#") || strings.HasPrefix(host, "receiver"):
		return "", ""
	case strings.Contains(name, ":") && isBare(host), strings.ContainsAny(host, ":/?") && isBare(host):
		return "lacks https:// in front", "https://" + address
	case !strings.ContainsAny(name, ": ") && isBare(host):
		return "is an e-mail address, and events go to a web server; give https://HOST/PATH", ""
	}
	return "", ""
}

var htmlAmpersand = regexp.MustCompile(`(?i)&(amp|#38|#x26);`)

// joined is a host with the parameters right behind it, their & perhaps as HTML has it.
func joined(text string) (did, meant string) {
	scheme, authority, rest, ok := split(text)
	host, parameters, found := strings.Cut(authority, "&")
	if !ok || !found || host == "" || strings.Contains(text, "@") {
		return "", ""
	}
	if entity := htmlAmpersand.FindString(authority); entity != "" {
		return "has " + entity + " behind its host, a mark as HTML writes it", scheme + html.UnescapeString(authority) + rest
	}
	if parameters+rest == "" {
		return `has "&" behind its host`, scheme + host
	}
	return "lacks the / and the ? between its host and its parameters", scheme + host + "/?" + parameters + rest
}

var (
	severalPorts = regexp.MustCompile(`^([^:\[\]]+|\[[^\]]*\]):(\d+)((?::\d+)+)$`)
	oddPort      = regexp.MustCompile(`^([\w.-]+)[;,](\d{1,5})$`)
	oddDot       = regexp.MustCompile(`^[\w-]+([.,]|\[\.\]|\(\.\))[\w.,()\[\]-]*(:\d+)?$`)
)

// slipped is an authority with a port too many, or with another mark for its colon or dots.
func slipped(text string) (did, meant string) {
	scheme, authority, rest, ok := split(text)
	if !ok || isIPv6(authority) {
		return "", ""
	}
	if parts := severalPorts.FindStringSubmatch(authority); parts != nil {
		if strings.ReplaceAll(parts[3], ":"+parts[2], "") != "" {
			return "has several ports (" + parts[2] + parts[3] + "); give one", ""
		}
		return "has its port twice", scheme + parts[1] + ":" + parts[2] + rest
	}
	if parts := oddPort.FindStringSubmatch(authority); parts != nil {
		return "has another mark than a colon before its port", scheme + parts[1] + ":" + parts[2] + rest
	}
	dotted := strings.NewReplacer("[.]", ".", "(.)", ".", ",", ".").Replace(authority)
	if dotted != authority && oddDot.MatchString(authority) {
		return "has another mark than a dot in its host", scheme + dotted + rest
	}
	return "", ""
}
