package main

import (
	"unicode/utf8"

	"backchannel/tui/component"
	"backchannel/tui/style"
)

// pretty returns a body for display. It indents JSON, without changing keys and numbers, unless the
// JSON is nested so deeply that indentation would fill the memory. It escapes characters that could
// control the terminal.
func pretty(body []byte) string {
	if !utf8.Valid(body) {
		return style.EscapeMultiline(string(body))
	}
	text, _ := component.PrettyJSON(body)
	return style.EscapeMultiline(string(text))
}
