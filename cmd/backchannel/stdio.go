package main

import (
	"context"
	"fmt"
	"io"
	"os"

	"github.com/charmbracelet/x/term"

	"backchannel/storage"
	"backchannel/storage/export"
	"backchannel/tui/style"
)

// A message is a line of JSON on stderr. It has exactly one of the three texts.
type message struct {
	Error   string              `json:"error,omitempty"`   // why the command failed; in the last line only
	Warning string              `json:"warning,omitempty"` // what is valid but probably a mistake
	Note    string              `json:"note,omitempty"`    // anything else that is not the result
	Fields  storage.FieldErrors `json:"fields,omitempty"`
}

// A stdio is the input of a command and its output for messages, which are lines of text, or of
// JSON if the result is JSON.
type stdio struct {
	in   *os.File
	err  io.Writer
	json func() bool
	ask  func(ctx context.Context, question string) (string, error) // asks the user; nil: on the terminal, if there is one
	yes  bool                                                       // --yes: do not ask for confirmation
}

// message writes a line of JSON.
func (s *stdio) message(m message) {
	line, err := export.Encode(m)
	if err != nil {
		line = []byte(`{"error":"unknown"}` + "\n")
	}
	// If stderr is closed, there is nowhere left to report that.
	_, _ = s.err.Write(line)
}

// note writes a message that is neither a warning nor an error.
func (s *stdio) note(format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	if s.json() {
		s.message(message{Note: text})
		return
	}
	fmt.Fprintln(s.err, style.EscapeMultiline(text))
}

// warn writes a warning for each entry.
func (s *stdio) warn(warnings storage.FieldErrors) {
	for _, f := range warnings {
		s.warning(f.Field+": "+f.Reason, f)
	}
}

// warning writes a warning, and in JSON the fields that it is about.
func (s *stdio) warning(text string, about ...storage.FieldError) {
	if s.json() {
		s.message(message{Warning: text, Fields: about})
		return
	}
	s.note("warning: %s", text)
}

// interactive reports whether the user can be asked on the terminal.
func (s *stdio) interactive() bool {
	stderr, isFile := s.err.(*os.File)
	return isFile && term.IsTerminal(s.in.Fd()) && term.IsTerminal(stderr.Fd())
}
