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

// A session is the environment of every command: its input, outputs and settings. The commands on
// one kind of record share a type that embeds it.
type session struct {
	printer
	env  environment
	quit func() // ends the context of the running command

	holdInterrupts func() (release func()) // keeps Ctrl+C from ending the context until release is called
	open           wholeStore              // the store of the session of lines in which the command runs; nil: the command opens one

	opened openStore // the store that withStore or withWholeStore has opened; nil: none

	settings   settings
	flagErrors storage.FieldErrors // the deferred errors of flags and variables
}

// newSession returns the session of this process.
func newSession() *session {
	s := &session{env: os.LookupEnv}
	s.localTime = localTime{now: time.Now, zone: time.Local}
	// A function and not a value, because the flag --output is parsed later.
	s.stdio = stdio{in: os.Stdin, err: os.Stderr, json: func() bool { return s.settings.json() }}
	s.out = &output{to: os.Stdout}
	return s
}

// rules returns what the validity of a record depends on apart from the record itself.
func (s *session) rules() storage.Rules {
	return storage.Rules{AllowHTTP: s.settings.allowHTTP, Sources: storage.SystemSources(), FailureCodes: fixtures.FailureCodes}
}
