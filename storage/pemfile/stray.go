package pemfile

import (
	"regexp"
	"strings"
	"unicode"
)

// The lines that are almost certainly part of a block: one that would begin or end it but for its
// hyphens, and one of base64 (RFC 7468 §3).
var (
	almostMark = regexp.MustCompile(`(?i)^\PL*[\p{Pd}−][\p{Cf}\s]*(BEGIN|END)\b.*([\p{Pd}−]|CERTIFICATE|KEY)|^\PL*(BEGIN|END)\b.*[\p{Pd}−]{2}`)
	bareBase64 = regexp.MustCompile(`^\s*[A-Za-z0-9+/]{60,}={0,2}$`)
)

// stray returns the fault of a line between the blocks that must be part of one. Skipping it would
// lose that block silently.
func stray(line string, n int) error {
	switch clean := withoutInvisible(line); {
	case clean != line && (strings.Contains(clean, beginMark) || strings.Contains(clean, endMark)):
		return faultf(printable, "line %d begins or ends a block and has invisible characters", n)
	case almostMark.MatchString(line):
		return faultf("", "line %d almost begins or ends a block, but does not have exactly five hyphens on each side and a label in capitals; copy the block from its file again", n)
	case bareBase64.MatchString(line) && !oneCharacter(line):
		return faultf("", "line %d belongs to a block whose BEGIN line is missing or damaged; copy the block from its file again", n)
	}
	return nil
}

// oneCharacter reports whether a line repeats one character, as an underline does.
func oneCharacter(line string) bool { return strings.Trim(line, line[:1]) == "" }

// withoutInvisible removes invisible characters, such as those that editors and chat
// programs add: U+200B, a byte order mark, a soft hyphen.
func withoutInvisible(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Cf, r) || unicode.IsControl(r) && r != '\t' {
			return -1
		}
		return r
	}, text)
}

// invisible returns the fault of a line with invisible characters, with the command that removes
// them if nothing else is wrong with the line.
func invisible(otherwise error, format string, args ...any) error {
	if otherwise != nil {
		return faultf("", format+"; copy the block from its file again", args...)
	}
	return faultf(printable, format, args...)
}
