package main

import (
	"bytes"
	"encoding/json"
	"unicode/utf8"

	"backchannel/tui/style"
)

// pretty lays a body out for reading: JSON indented, its keys and numbers as they came;
// anything else as it is. What could touch the terminal is spelled out.
func pretty(body []byte) string {
	var laid bytes.Buffer
	if !utf8.Valid(body) || json.Indent(&laid, body, "", "  ") != nil {
		return style.EscapeMultiline(string(body))
	}
	return style.EscapeMultiline(laid.String())
}
