package pemfile

import (
	"regexp"
	"strings"
	"unicode"
)

// The lines that are seldom anything but part of a block: one that would begin or end it
// but for its hyphens, and its base64 (RFC 7468 §3).
var (
	almostMark = regexp.MustCompile(`(?i)^\PL*[\p{Pd}−][\p{Cf}\s]*(BEGIN|END)\b.*([\p{Pd}−]|CERTIFICATE|KEY)|^\PL*(BEGIN|END)\b.*[\p{Pd}−]{2}`)
	bareBase64 = regexp.MustCompile(`^\s*[A-Za-z0-9+/]{60,}={0,2}$`)
)

// stray is the fault of a line between the blocks that was hardly meant to be there: to
// read past it would lose the block that it belongs to.
func stray(line string, n int) error {
	switch clean := withoutInvisible(line); {
	case clean != line && (strings.Contains(clean, beginMark) || strings.Contains(clean, endMark)):
		return faultf(printable, "line %d begins or ends a block and has what cannot be seen in it", n)
	case almostMark.MatchString(line):
		return faultf("", "line %d almost begins or ends a block, but lacks exactly five hyphens on each side of BEGIN or END and a label in capitals; copy the block from its file again", n)
	case bareBase64.MatchString(line) && !oneCharacter(line):
		return faultf("", "line %d belongs to a block whose BEGIN line is missing or damaged; copy the block from its file again", n)
	}
	return nil
}

// oneCharacter reports whether a line only underlines another.
func oneCharacter(line string) bool { return strings.Trim(line, line[:1]) == "" }

// withoutInvisible is a text without the characters that show nothing, such as those that
// editors and chat programs leave behind: U+200B, a byte order mark, a soft hyphen.
func withoutInvisible(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Cf, r) || unicode.IsControl(r) && r != '\t' {
			return -1
		}
		return r
	}, text)
}

// unseen is the fault of a line with characters that cannot be seen, and its command if
// nothing else is wrong with the line.
func unseen(otherwise error, format string, args ...any) error {
	if otherwise != nil {
		return faultf("", format+"; copy the block from its file again", args...)
	}
	return faultf(printable, format, args...)
}
