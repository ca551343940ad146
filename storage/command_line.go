package storage

import (
	"regexp"
	"strings"
)

// ResumeCommand returns the command that resumes a paused webhook.
func ResumeCommand(webhook string) string {
	return "backchannel webhook resume " + shellWord(webhook)
}

// ActivateCommand returns the command that activates a campaign or its draft.
func ActivateCommand(campaign string) string {
	return "backchannel campaign activate " + shellWord(campaign)
}

// ResumeAdvice returns the last part of the message that says why a webhook was paused:
// the command that resumes it.
func ResumeAdvice(webhook string) string { return "resume it with " + ResumeCommand(webhook) }

// resumeAdvice matches what ResumeAdvice returns, for any name: shellWord puts quotes around
// those with other characters.
var resumeAdvice = regexp.MustCompile(`resume it with backchannel webhook resume (?:'(?:[^']|'\\'')*'|[A-Za-z0-9_.@-]+)`)

// AdviseInstead returns text with each ResumeAdvice replaced by words. The advice is stored
// with the reason of a pause, but a command is of no use to somebody in the console.
func AdviseInstead(text, words string) string {
	return resumeAdvice.ReplaceAllLiteralString(text, words)
}

// shellWord returns text as one word of a POSIX shell, quoted only if necessary.
func shellWord(text string) string {
	if regexp.MustCompile(`^[A-Za-z0-9_.@][A-Za-z0-9_.@-]*$`).MatchString(text) {
		return text
	}
	return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'"
}
