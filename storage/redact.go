package storage

import (
	"net/url"
	"regexp"
	"slices"
	"strings"
	"unicode"
)

// LikelySecret reports whether a header line of somebody else's making holds a secret, by
// what its name usually means or because there is a credential in it.
func (h HeaderField) LikelySecret() bool { return likelyName(h.Name) || h.SecretValue() }

// SecretValue reports whether there is a credential in a header's value, whatever its
// name: a token, what follows the name of a scheme, a parameter such as access_token=.
func (h HeaderField) SecretValue() bool {
	if strings.IndexByte(h.Value, ' ') > 0 && credentials.MatchString(h.Value) && !harmlessName(h.Name) {
		return true
	}
	return len(secretSpans(h.Value)) > 0
}

// credentials are those of RFC 6750 §2.1 and RFC 7617 §2, in whatever header.
var credentials = regexp.MustCompile(`(?i)(^|[\s,;:="'])(bearer +[A-Za-z0-9._~+/-]{4,}=*|basic +[A-Za-z0-9+/]{6,}=*)($|[\s,;"'])`)

// likelyName goes by the words of a name, of a header or a parameter. Some of them say it
// wherever they stand, others only as a word: a bypass holds no pass.
func likelyName(name string) bool {
	switch name { // most messages have no others, and each is asked about
	case "Accept", "Accept-Encoding", "Content-Length", "Content-Type", "Date", "Host", "Server", "User-Agent", "Backchannel-Attempt", "Backchannel-Delivery":
		return false
	}
	name = strings.ToLower(name)
	if harmlessName(name) {
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

// harmlessName reports whether a header is about credentials and holds none, in any letter
// case.
func harmlessName(name string) bool {
	switch strings.ToLower(name) {
	case "www-authenticate", "proxy-authenticate", // they say what to send (RFC 9110 §11.6.1)
		"authentication-results", "access-control-allow-credentials", "access-control-allow-headers", "access-control-expose-headers",
		"access-control-request-headers", "idempotency-key", "x-idempotency-key", "sec-websocket-key", "sec-websocket-accept", "surrogate-key",
		"signature-input", "vary", "clear-site-data":
		return true
	}
	return false
}

// A compact JWS begins with an object in base64url (RFC 7515 §7.1).
const tokenStart = "eyJ"

var compactToken = regexp.MustCompile(tokenStart + `[A-Za-z0-9_-]+(?:\.|%2[Ee])[A-Za-z0-9_-]+(?:\.|%2[Ee])[A-Za-z0-9_-]*`)

// WithoutTokens masks every token within a text, and in a URL or a path every value of a
// parameter whose name says that it is secret, and a password.
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

// secretSpans are where the secrets stand in a text, in order.
func secretSpans(text string) (spans [][2]int) {
	if strings.Contains(text, tokenStart) {
		for _, at := range compactToken.FindAllStringIndex(text, -1) {
			spans = append(spans, [2]int{at[0], at[1]})
		}
	}
	if strings.Contains(text, "=") || strings.Contains(text, "%3") {
		for _, at := range parameter.FindAllStringSubmatchIndex(text, -1) {
			end := at[1] + valueLength(text, at[1])
			if end > at[1] && text[at[1]:end] != Masked && likelyName(unescapedName(text[at[2]:at[3]])) {
				spans = append(spans, [2]int{at[1], end})
			}
		}
	}
	if strings.Contains(text, "://") {
		for _, at := range userInfo.FindAllStringSubmatchIndex(text, -1) {
			spans = append(spans, [2]int{at[2], at[3]})
		}
	}
	return merged(spans)
}

// valueLength is how long the value is that begins there, of a parameter in a query or in
// a path, or in what was escaped to be a value itself.
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

func unescapedName(name string) string {
	if plain, err := url.QueryUnescape(name); err == nil {
		return plain
	}
	return name
}

// merged sorts spans, and makes one of those that overlap.
func merged(spans [][2]int) [][2]int {
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
