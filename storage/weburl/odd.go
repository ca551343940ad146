package weburl

import (
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"unicode/utf8"
)

// Odd describes a part of a valid URL that is probably a mistake, or returns "".
func Odd(text string) string {
	scheme, authority, rest, ok := split(text)
	if !ok || text == Receiver {
		return ""
	}
	switch r := pasted(rest); {
	case htmlEntity.MatchString(rest):
		return "contains &amp;, which is & escaped for HTML: the query will be misread unless that is intended"
	case r != 0 && invisible(r):
		return fmt.Sprintf("contains %s in percent-encoding, probably from pasting: check that it is part of the path", nameOf(r))
	case r != 0:
		return fmt.Sprintf("ends with %q in percent-encoding, probably from pasting: check that it is part of the path", r)
	case strings.HasSuffix(rest, "...") || rest != "" && strings.ContainsAny(rest[len(rest)-1:], ".,;:!'") || unbalanced(rest):
		return fmt.Sprintf("ends with %q, as a sentence does: check that it is part of the path", rest[len(rest)-1:])
	case isScheme(authority):
		return "has the host " + authority + ": check that " + scheme + " is not repeated by mistake"
	}
	return ""
}

// htmlEntity matches a query whose ampersands were escaped for HTML, as in a page's source.
var htmlEntity = regexp.MustCompile(`[?&][^&]*&amp;`)

// unbalanced reports whether the text ends in a bracket that does not belong to it, as after a
// link in a sentence.
func unbalanced(rest string) bool {
	return strings.HasSuffix(rest, ")") && strings.Count(rest, "(") < strings.Count(rest, ")") ||
		strings.HasSuffix(rest, "]") && strings.Count(rest, "[") < strings.Count(rest, "]")
}

// pasted returns a percent-encoded character that is hardly ever part of a path: an invisible
// one, or a quote or space at the end.
func pasted(rest string) rune {
	plain, err := url.PathUnescape(rest)
	if err != nil || plain == rest || !utf8.ValidString(plain) {
		return 0
	}
	last, _ := utf8.DecodeLastRuneInString(plain)
	if !strings.HasSuffix(rest, string(last)) && (invisible(last) || strings.ContainsRune(quoting, last)) {
		return last
	}
	for _, r := range plain {
		if invisible(r) && r != ' ' && r != '\u200c' && r != '\u200d' {
			return r
		}
	}
	return 0
}
