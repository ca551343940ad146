package storage

import (
	"regexp"
	"strings"
)

// LikelySecret reports whether a header line of somebody else's making holds a secret, by
// what its name usually means or because there is a token in it.
func (h HeaderField) LikelySecret() bool {
	name := strings.ToLower(h.Name)
	for _, part := range []string{"authorization", "cookie", "token", "secret", "password", "api-key", "apikey"} {
		if strings.Contains(name, part) {
			return true
		}
	}
	return strings.Contains(h.Value, tokenStart) && compactToken.MatchString(h.Value)
}

// A compact JWS begins with an object in base64url (RFC 7515 §7.1).
const tokenStart = "eyJ"

var compactToken = regexp.MustCompile(tokenStart + `[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*`)

// WithoutTokens masks every token within a text.
func WithoutTokens(text string) string {
	return compactToken.ReplaceAllLiteralString(text, Masked)
}
