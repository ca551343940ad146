package storage

import "strings"

// PointerEnd returns the last two names of a JSON Pointer (RFC 6901), with the indexes between and
// after them, which do not count as names: "email/0/id". It is "" for the whole document.
func PointerEnd(pointer string) string {
	if !strings.HasPrefix(pointer, "/") {
		return ""
	}
	tokens := strings.Split(pointer[1:], "/")
	from := len(tokens)
	for names := 0; from > 0 && names < 2; {
		if from--; strings.Trim(tokens[from], "0123456789") != "" {
			names++
		}
	}
	return strings.Join(tokens[from:], "/")
}
