package component

import (
	"regexp"
	"strings"
)

const pemBegin = "-----BEGIN "

var (
	pemFirst = regexp.MustCompile(`(-----BEGIN [^-\n]+-----)\s*`)
	pemLast  = regexp.MustCompile(`\s*(-----END [^-\n]+-----)`)
	pemEnded = regexp.MustCompile(`-----END [^-\n]+-----(\s|\\n)*$`)
)

// tidy restores pasted lines as they were in their file, so that a PEM block can be parsed that was
// indented or whose line breaks have become spaces or a literal \n.
func tidy(text string) string {
	text = strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(text)
	if !strings.Contains(text, pemBegin) {
		return strings.TrimRight(text, "\n")
	}
	text = strings.ReplaceAll(text, `\n`, "\n")
	text = pemFirst.ReplaceAllString(text, "$1\n")
	text = pemLast.ReplaceAllString(text, "\n$1")
	headed := strings.Contains(text, ": ") // an empty line ends the headers
	var lines []string
	for line := range strings.SplitSeq(strings.TrimSpace(text), "\n") {
		if line = strings.TrimSpace(line); line != "" || headed {
			lines = append(lines, line)
		}
	}
	return strings.Join(lines, "\n") + "\n"
}

// endsBlock reports whether a text ends with the last line of a PEM block.
func endsBlock(text string) bool { return pemEnded.MatchString(text) }
