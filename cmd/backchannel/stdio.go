package main

import (
	"fmt"
	"io"
	"os"

	"github.com/charmbracelet/x/term"

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

// A stdio is what a command reads, and what it writes beside its result: lines of text, or of
// JSON where the result is JSON.
type stdio struct {
	in   *os.File
	err  io.Writer
	json func() bool
}

func (s *stdio) message(m message) {
	line, err := export.Encode(m)
	if err != nil {
		line = []byte(`{"error":"unknown"}` + "\n")
	}
	_, _ = s.err.Write(line)
}

// note tells the person something beside the result.
func (s *stdio) note(format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	if s.json() {
		s.message(message{Note: text})
		return
	}
	fmt.Fprintln(s.err, style.EscapeMultiline(text))
}

// warn tells of everything that may be meant, but should be looked at.
func (s *stdio) warn(odd storage.FieldErrors) {
	for _, f := range odd {
		s.warning(f.Field+": "+f.Reason, f)
	}
}

// warning tells of one thing, which may concern fields.
func (s *stdio) warning(text string, about ...storage.FieldError) {
	if s.json() {
		s.message(message{Warning: text, Fields: about})
		return
	}
	s.note("warning: %s", text)
}

// interactive reports whether a person can be asked.
func (s *stdio) interactive() bool {
	stderr, isFile := s.err.(*os.File)
	return isFile && term.IsTerminal(s.in.Fd()) && term.IsTerminal(stderr.Fd())
}
