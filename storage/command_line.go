package storage

import (
	"regexp"
	"strings"
)

// ResumeCommand is what a person types to let a paused webhook's deliveries go.
func ResumeCommand(webhook string) string {
	return "backchannel webhook resume " + shellWord(webhook)
}

// shellWord quotes a text for a shell, where that is needed.
func shellWord(text string) string {
	if regexp.MustCompile(`^[A-Za-z0-9_.@][A-Za-z0-9_.@-]*$`).MatchString(text) {
		return text
	}
	return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'"
}
