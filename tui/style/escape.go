package style

import "backchannel/storage/script"

// Escape is [script.Escape]: it makes text from outside safe to draw on one line.
func Escape(s string) string { return script.Escape(s) }

// EscapeMultiline is [script.EscapeMultiline]: Escape for text of several lines.
func EscapeMultiline(s string) string { return script.EscapeMultiline(s) }
