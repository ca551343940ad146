package storage

import (
	"regexp"
	"strings"
)

// ResumeCommand is what a person types to let a paused webhook's deliveries go.
func ResumeCommand(webhook string) string {
	return "backchannel webhook resume " + shellWord(webhook)
}

// ResumeAdvice is how what paused a webhook ends: with the command that undoes it.
func ResumeAdvice(webhook string) string { return "resume it with " + ResumeCommand(webhook) }

var resumeAdvice = regexp.MustCompile(`resume it with backchannel webhook resume (?:'(?:[^']|'\\'')*'|[A-Za-z0-9_.@-]+)`)

// AdviseInstead puts other words in the place of each ResumeAdvice of a text, for those
// who sit at something else than a command line.
func AdviseInstead(text, words string) string {
	return resumeAdvice.ReplaceAllLiteralString(text, words)
}

// shellWord quotes a text for a shell, where that is needed.
func shellWord(text string) string {
	if regexp.MustCompile(`^[A-Za-z0-9_.@][A-Za-z0-9_.@-]*$`).MatchString(text) {
		return text
	}
	return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'"
}
