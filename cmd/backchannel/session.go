package main

import (
	"os"
	"time"

	"github.com/spf13/cobra"

	"backchannel/fixtures"
	"backchannel/storage"
)

// A runE is the RunE of a command.
type runE = func(cmd *cobra.Command, args []string) error

// A printer writes records, as JSON or as text with times in the user's time zone.
type printer struct {
	localTime
	stdio
	out *output
}

// An environment looks up a variable.
type environment func(name string) (value string, set bool)

// A session is what every command works with: its input and outputs, and its settings. The
// commands on one kind of record share a type that embeds it.
type session struct {
	printer
	env  environment
	quit func()     // ends the context of the command that runs
	open wholeStore // by the session that the command is a line of; nil: the command opens it

	opened openStore // by withStore or withWholeStore; nil: none is open

	settings   settings
	flagErrors storage.FieldErrors // flags and variables that cannot be read
}

// newSession returns the session of this process.
func newSession() *session {
	s := &session{env: os.LookupEnv}
	s.localTime = localTime{now: time.Now, zone: time.Local}
	s.stdio = stdio{in: os.Stdin, err: os.Stderr, json: func() bool { return s.settings.json() }}
	s.out = &output{to: os.Stdout}
	return s
}

// rules returns what the validity of a record depends on besides the record itself.
func (s *session) rules() storage.Rules {
	return storage.Rules{AllowHTTP: s.settings.allowHTTP, Sources: storage.SystemSources(), FailureCodes: fixtures.FailureCodes}
}
