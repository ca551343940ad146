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

// Oddity returns a warning if a resolved secret contains something that is probably a
// mistake, and the command that removes it. It is empty otherwise. A secret is used
// verbatim, so that an invisible line break at its end changes every signature.
func (s Secret) Oddity(value []byte) string {
	if set := pemfile.WideCharset(value); set != "" {
		return fmt.Sprintf("is %s, so every other byte is zero; %s", set, s.repairText("iconv -f "+set+" -t UTF-8"))
	}
	if !utf8.Valid(value) {
		return "" // a key of random bytes, which may begin and end with any byte
	}
	first, _ := utf8.DecodeRune(value)
	last, _ := utf8.DecodeLastRune(value)
	var what string
	switch {
	case suspiciousAtEnd(last):
		what = "ends in " + nameRune(last)
	case suspiciousAtEnd(first):
		what = "begins with " + nameRune(first)
	default:
		return ""
	}
	return what + ", which counts as part of it; " + s.repairText(trimCommand(value))
}

// repairText returns how to remove what is probably a mistake: by passing the secret through
// filter, a shell command, where it is kept, or by entering it again.
func (s Secret) repairText(filter string) string {
	if !s.Elsewhere() {
		return "enter it again without it, unless it is intended"
	}
	return "unless it is intended, " + s.repair(filter)
}

// suspiciousAtEnd reports whether a character at either end of a secret is probably a
// mistake: an invisible character, or a quotation mark, which Docker's --env-file keeps
// although a shell removes it.
func suspiciousAtEnd(r rune) bool {
	return unicode.IsSpace(r) || unicode.Is(unicode.Cf, r) || r != 0 && unicode.IsControl(r) || strings.ContainsRune(quotationMarks, r)
}

// nameRune names a character that cannot be seen, or is easily overlooked.
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
	return fmt.Sprintf("the character %U, which is invisible", r)
}

// trimCommand returns a command that removes the suspicious characters from both ends. It
// works with every awk: POSIX has octal escapes, and in the C locale awk matches bytes.
func trimCommand(value []byte) string {
	rest := bytes.TrimFunc(value, suspiciousAtEnd)
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
