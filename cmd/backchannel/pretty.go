package main

import (
	"unicode/utf8"

	"backchannel/tui/component"
	"backchannel/tui/style"
)

// pretty lays a body out for reading: JSON indented, its keys and numbers as they came;
// anything else, and what is nested so deeply that indenting would fill the memory, as it
// is. What could touch the terminal is spelled out.
func pretty(body []byte) string {
	if !utf8.Valid(body) {
		return style.EscapeMultiline(string(body))
	}
	laid, _ := component.PrettyJSON(body)
	return style.EscapeMultiline(string(laid))
}
