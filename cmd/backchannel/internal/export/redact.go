package export

import (
	"regexp"
	"strings"

	"backchannel/storage"
)

// secretName reports whether headers of that name usually hold a secret. A sender's own
// headers are not among those that a webhook marks as secret.
func secretName(name string) bool {
	name = strings.ToLower(name)
	for _, part := range []string{"authorization", "cookie", "token", "secret", "password", "api-key", "apikey"} {
		if strings.Contains(name, part) {
			return true
		}
	}
	return false
}

// A compact JWS begins with an object in base64url (RFC 7515 §7.1).
var compactToken = regexp.MustCompile(`eyJ[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*`)

// withoutTokens masks every token within a text.
func withoutTokens(text string) string {
	return compactToken.ReplaceAllLiteralString(text, storage.Masked)
}
