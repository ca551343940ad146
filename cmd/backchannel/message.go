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

func (s *session) message(m message) {
	line, err := export.Encode(m)
	if err != nil {
		line = []byte(`{"error":"unknown"}` + "\n")
	}
	_, _ = s.err.Write(line)
}

// note tells the person something beside the result.
func (s *session) note(format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	if s.settings.json() {
		s.message(message{Note: text})
		return
	}
	fmt.Fprintln(s.err, style.EscapeMultiline(text))
}

// warn tells of everything that may be meant, but should be looked at.
func (s *session) warn(odd storage.FieldErrors) {
	for _, f := range odd {
		s.warning(f.Field+": "+f.Reason, f)
	}
}

// warning tells of one thing, which may concern fields.
func (s *session) warning(text string, about ...storage.FieldError) {
	if s.settings.json() {
		s.message(message{Warning: text, Fields: about})
		return
	}
	s.note("warning: %s", text)
}
