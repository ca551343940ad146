package main

import (
	"io"
	"os"
	"time"

	"github.com/charmbracelet/x/term"
	"github.com/spf13/cobra"

	"backchannel/fixtures"
	"backchannel/storage"
)

// A runE is the RunE of a command.
type runE = func(cmd *cobra.Command, args []string) error

// A session is what every command works with: where it reads and writes, and its settings.
// The commands on one kind of record share a type that embeds it.
type session struct {
	in   *os.File
	out  *output
	err  io.Writer
	env  func(name string) (string, bool)
	now  func() time.Time
	zone *time.Location // of the times in tables
	quit func()         // ends the context of the command that runs

	settings   settings
	flagErrors storage.FieldErrors // flags and variables that cannot be read
}

// rules are what validity depends on besides the records themselves.
func (s *session) rules() storage.Rules {
	return storage.Rules{AllowHTTP: s.settings.allowHTTP, Sources: storage.SystemSources(), FailureCodes: fixtures.FailureCodes}
}

// interactive reports whether a person can be asked.
func (s *session) interactive() bool {
	stderr, isFile := s.err.(*os.File)
	return isFile && term.IsTerminal(s.in.Fd()) && term.IsTerminal(stderr.Fd())
}
