package storage

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"backchannel/storage/pemfile"
)

const (
	quotationMarks = "\"'`“”‘’„«»"
	byteOrderMark  = '\uFEFF'
)

// Oddity says what in a resolved secret was hardly meant and how to mend it; it is empty
// where nothing was. A secret is used to the letter, so that a line break at its end, which
// an editor shows nowhere, makes every signature another one.
func (s Secret) Oddity(value []byte) string {
	if set := pemfile.WideCharset(value); set != "" {
		return fmt.Sprintf("is %s, so that every other byte is zero; %s", set, s.mendText("iconv -f "+set+" -t UTF-8"))
	}
	if !utf8.Valid(value) {
		return "" // a key of random bytes, which may end in any
	}
	first, _ := utf8.DecodeRune(value)
	last, _ := utf8.DecodeLastRune(value)
	var what string
	switch {
	case oddAtEnd(last):
		what = "ends in " + nameRune(last)
	case oddAtEnd(first):
		what = "begins with " + nameRune(first)
	default:
		return ""
	}
	return what + ", which counts as part of it; " + s.mendText(trimming(value))
}

func (s Secret) mendText(filter string) string {
	if !s.Elsewhere() {
		return "enter it again without, unless it is meant"
	}
	return "unless it is meant, " + s.mend(filter)
}

// oddAtEnd reports whether a character is seldom meant at the end of a secret: those that
// cannot be seen, and quotation marks, which Docker's --env-file, unlike a shell, keeps.
func oddAtEnd(r rune) bool {
	return unicode.IsSpace(r) || unicode.Is(unicode.Cf, r) || r != 0 && unicode.IsControl(r) || strings.ContainsRune(quotationMarks, r)
}

func nameRune(r rune) string {
	switch r {
	case '\n':
		return "a line feed"
	case '\r':
		return "a carriage return"
	case ' ':
		return "a space"
	case '\t':
		return "a tab"
	case byteOrderMark:
		return "a byte order mark"
	}
	if strings.ContainsRune(quotationMarks, r) {
		return fmt.Sprintf("a quotation mark (%c)", r)
	}
	return fmt.Sprintf("the character %U, which cannot be seen", r)
}

// trimming is a command that takes all that is odd from both ends. It is written for any
// awk, which reads octal escapes and, in the C locale, bytes.
func trimming(value []byte) string {
	rest := bytes.TrimFunc(value, oddAtEnd)
	at := bytes.Index(value, rest)
	ends := string(value[:at]) + string(value[at+len(rest):])
	odd := []string{"[[:space:]]"}
	for _, r := range ends {
		if r <= unicode.MaxASCII && unicode.IsSpace(r) {
			continue
		}
		var escaped strings.Builder
		for _, b := range []byte(string(r)) {
			fmt.Fprintf(&escaped, `\%03o`, b)
		}
		if !slices.Contains(odd, escaped.String()) {
			odd = append(odd, escaped.String())
		}
	}
	set := strings.Join(odd, "|")
	return fmt.Sprintf(`LC_ALL=C awk '{s=s $0 "\n"} END{gsub(/^(%s)+|(%s)+$/,"",s); printf "%%s",s}'`, set, set)
}
