package jsontext

import "strings"

// EscapeToken returns a key as a token of a JSON Pointer (RFC 6901 section 3).
func EscapeToken(key string) string {
	return strings.ReplaceAll(strings.ReplaceAll(key, "~", "~0"), "/", "~1")
}

// UnescapeToken returns the key that a token stands for. It reverts ~1 before ~0, without which
// ~01 would become a slash (RFC 6901 section 4).
func UnescapeToken(token string) string {
	return strings.ReplaceAll(strings.ReplaceAll(token, "~1", "/"), "~0", "~")
}
