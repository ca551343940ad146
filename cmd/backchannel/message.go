package main

import (
	"fmt"

	"backchannel/storage"
	"backchannel/storage/export"
	"backchannel/tui/style"
)

// A message is a line on stderr for a machine to read. One of the three texts is there.
type message struct {
	Error   string              `json:"error,omitempty"`   // why the command failed: the last line
	Warning string              `json:"warning,omitempty"` // what may be meant, but should be looked at
	Note    string              `json:"note,omitempty"`    // anything else beside the result
	Fields  storage.FieldErrors `json:"fields,omitempty"`
}

func (a *app) message(m message) {
	line, err := export.Encode(m)
	if err != nil {
		line = []byte(`{"error":"unknown"}` + "\n")
	}
	_, _ = a.err.Write(line)
}

// note tells the person something beside the result.
func (a *app) note(format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	if a.settings.json() {
		a.message(message{Note: text})
		return
	}
	fmt.Fprintln(a.err, style.EscapeMultiline(text))
}

// warn tells of everything that may be meant, but should be looked at.
func (a *app) warn(odd storage.FieldErrors) {
	for _, f := range odd {
		a.warning(f.Field+": "+f.Reason, f)
	}
}

// warning tells of one thing, which may concern fields.
func (a *app) warning(text string, about ...storage.FieldError) {
	if a.settings.json() {
		a.message(message{Warning: text, Fields: about})
		return
	}
	a.note("warning: %s", text)
}
