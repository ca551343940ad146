package storage

import (
	"regexp"
	"slices"
	"strings"
)

// LikelySecret reports whether a header line of somebody else's making holds a secret, by
// what its name usually means or because there is a token in it.
func (h HeaderField) LikelySecret() bool {
	return likelyName(h.Name) || strings.Contains(h.Value, tokenStart) && compactToken.MatchString(h.Value)
}

func likelyName(name string) bool {
	switch name { // most requests have no others, and each is asked about
	case "Accept", "Accept-Encoding", "Content-Length", "Content-Type", "Host", "User-Agent", "Backchannel-Attempt", "Backchannel-Delivery":
		return false
	}
	name = strings.ToLower(name)
	return slices.ContainsFunc([]string{"authorization", "cookie", "token", "secret", "password", "api-key", "apikey"}, func(part string) bool {
		return strings.Contains(name, part)
	})
}

// A compact JWS begins with an object in base64url (RFC 7515 §7.1).
const tokenStart = "eyJ"

var compactToken = regexp.MustCompile(tokenStart + `[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*`)

// WithoutTokens masks every token within a text.
func WithoutTokens(text string) string {
	return compactToken.ReplaceAllLiteralString(text, Masked)
}
