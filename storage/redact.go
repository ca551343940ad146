package storage

import (
	"net/url"
	"regexp"
	"slices"
	"strings"
	"unicode"
)

// LikelySecret reports whether a header field from another sender probably contains a
// secret, because of its name or because its value contains a credential.
func (h HeaderField) LikelySecret() bool { return secretName(h.Name) || h.SecretValue() }

// SecretValue reports whether a header's value contains a credential, whatever its name: a
// token, the credentials after a scheme's name, or a parameter such as access_token.
func (h HeaderField) SecretValue() bool {
	if strings.IndexByte(h.Value, ' ') > 0 && credentials.MatchString(h.Value) && !publicName(h.Name) {
		return true
	}
	return len(secretSpans(h.Value)) > 0
}

// credentials matches the credentials of RFC 6750 §2.1 and RFC 7617 §2 in any header.
var credentials = regexp.MustCompile(`(?i)(^|[\s,;:="'])(bearer +[A-Za-z0-9._~+/-]{4,}=*|basic +[A-Za-z0-9+/]{6,}=*)($|[\s,;"'])`)

// secretName reports whether the name of a header or parameter suggests that its value is
// secret. Some substrings suffice anywhere in the name, others only as a separate word:
// "bypass" has nothing to do with "pass".
func secretName(name string) bool {
	name = strings.ToLower(name)
	if publicName(name) {
		return false
	}
	within := func(part string) bool { return strings.Contains(name, part) }
	if slices.ContainsFunc([]string{
		"authorization", "authentication", "cookie", "token", "secret", "passw", "passphrase", "passcode", "credential", "session", "csrf", "xsrf",
		"signature", "apikey", "accesskey", "privatekey", "authkey", "bearer",
	}, within) {
		return true
	}
	words := strings.FieldsFunc(name, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	return slices.ContainsFunc(words, func(word string) bool {
		return slices.Contains([]string{"auth", "key", "pass", "pwd", "sig", "sign", "hmac", "jwt", "sid", "sessid", "otp"}, word)
	})
}

// publicName reports whether a header's name, in any letter case, only looks as if its value
// were secret.
func publicName(name string) bool {
	switch strings.ToLower(name) {
	case "www-authenticate", "proxy-authenticate", // challenges, not credentials (RFC 9110 §11.6.1)
		"authentication-results", "access-control-allow-credentials", "access-control-allow-headers", "access-control-expose-headers",
		"access-control-request-headers", "idempotency-key", "x-idempotency-key", "sec-websocket-key", "sec-websocket-accept", "surrogate-key",
		"signature-input", "vary", "clear-site-data":
		return true
	}
	return false
}

// A compact JWS begins with a JSON object in base64url (RFC 7515 §7.1): {" is eyJ.
const tokenStart = "eyJ"

// compactToken matches a JWS in compact form. In a query, its dots may be percent-encoded. The
// signature may be empty, as that of a token with the algorithm none is.
var compactToken = regexp.MustCompile(tokenStart + `[A-Za-z0-9_-]+(?:\.|%2[Ee])[A-Za-z0-9_-]+(?:\.|%2[Ee])[A-Za-z0-9_-]*`)

// WithoutTokens returns text with every token replaced by Masked, and so the password of a
// URL and the value of each parameter whose name suggests a secret.
func WithoutTokens(text string) string {
	spans := secretSpans(text)
	if len(spans) == 0 {
		return text
	}
	var masked strings.Builder
	kept := 0
	for _, at := range spans {
		masked.WriteString(text[kept:at[0]])
		masked.WriteString(Masked)
		kept = at[1]
	}
	return masked.String() + text[kept:]
}

var (
	parameter = regexp.MustCompile(`([A-Za-z0-9_.%~\[\]-]+?)(?:=|%3[Dd])`)
	userInfo  = regexp.MustCompile(`://[^/?#@\s"]*?:([^/?#\s"]*)@`) // the password of RFC 3986 §3.2.1
)

// secretSpans returns the start and end of each secret in text, in order.
func secretSpans(text string) (spans [][2]int) {
	if strings.Contains(text, tokenStart) {
		for _, at := range compactToken.FindAllStringIndex(text, -1) {
			spans = append(spans, [2]int{at[0], at[1]})
		}
	}
	if strings.Contains(text, "=") || strings.Contains(text, "%3") {
		for _, at := range parameter.FindAllStringSubmatchIndex(text, -1) {
			end := at[1] + valueLength(text, at[1])
			if end > at[1] && text[at[1]:end] != Masked && secretName(unescapedName(text[at[2]:at[3]])) {
				spans = append(spans, [2]int{at[1], end})
			}
		}
	}
	if strings.Contains(text, "://") {
		for _, at := range userInfo.FindAllStringSubmatchIndex(text, -1) {
			spans = append(spans, [2]int{at[2], at[3]})
		}
	}
	return mergeSpans(spans)
}

// valueLength returns the length of the parameter value that begins at text[at]. The
// parameter may be in a query, in a path, or in a URL that was escaped as a parameter.
func valueLength(text string, at int) int {
	ends := "&;# \t\r\n\"'<>,"
	path := strings.HasPrefix(text, "/") || strings.Contains(text[:at], "://")
	if path && !strings.Contains(text[:at], "?") {
		ends += "/?"
	}
	value := text[at:]
	if end := strings.IndexAny(value, ends); end >= 0 {
		value = value[:end]
	}
	if strings.HasSuffix(strings.ToUpper(text[:at]), "%3D") {
		if end := strings.Index(value, "%26"); end >= 0 {
			value = value[:end]
		}
	}
	return len(value)
}

// unescapedName returns a parameter's name without its escapes, or as it is if they are not
// valid.
func unescapedName(name string) string {
	if plain, err := url.QueryUnescape(name); err == nil {
		return plain
	}
	return name
}

// mergeSpans sorts spans and merges those that overlap.
func mergeSpans(spans [][2]int) [][2]int {
	slices.SortFunc(spans, func(a, b [2]int) int { return a[0] - b[0] })
	var all [][2]int
	for _, at := range spans {
		if last := len(all) - 1; last >= 0 && at[0] < all[last][1] {
			all[last][1] = max(all[last][1], at[1])
			continue
		}
		all = append(all, at)
	}
	return all
}
