package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"backchannel/cmd/backchannel/internal/crash"
	"backchannel/cmd/backchannel/internal/metrics"
	"backchannel/receiver"
	"backchannel/storage"
)

// The exit codes. Scripts depend on them, so a new kind of failure gets the code of the kind
// nearest to it, or a new one.
const (
	exitDone        = 0
	exitUnexpected  = 1
	exitInvalid     = 2 // usage or invalid input
	exitNotFound    = 3
	exitConflict    = 4
	exitUnmet       = 5 // a delivery failed or an expectation was not met
	exitTimeout     = 6
	exitInterrupted = 130
)

// An exitError is an error with its exit code, for errors that this package makes itself. Those
// of other packages get theirs in exitCode, because no package below should know of exit codes.
type exitError struct {
	code int
	text string
}

func (e *exitError) Error() string { return e.text }

// usagef returns an error about how the command was called.
func usagef(format string, args ...any) error {
	return &exitError{exitInvalid, fmt.Sprintf(format, args...)}
}

// notFoundf returns an error about a record that does not exist.
func notFoundf(format string, args ...any) error {
	return &exitError{exitNotFound, fmt.Sprintf(format, args...)}
}

// unmetf returns an error about an expectation that was not met.
func unmetf(format string, args ...any) error {
	return &exitError{exitUnmet, fmt.Sprintf(format, args...)}
}

// timeoutf returns an error about something that did not happen in time.
func timeoutf(format string, args ...any) error {
	return &exitError{exitTimeout, fmt.Sprintf(format, args...)}
}

// invalid returns an error about one field.
func invalid(field, format string, args ...any) error {
	return storage.FieldErrors{{Field: field, Reason: fmt.Sprintf(format, args...)}}
}

// exitCode returns the exit code of an error, or 1 for one that nobody expected.
func exitCode(err error) int {
	var exit *exitError
	switch {
	case err == nil:
		return exitDone
	case errors.As(err, &exit):
		return exit.code
	case errors.Is(err, storage.ErrNotFound):
		return exitNotFound
	case errors.Is(err, storage.ErrConflict), errors.Is(err, receiver.ErrBusy), errors.Is(err, metrics.ErrBusy):
		return exitConflict
	case errors.Is(err, storage.ErrInvalid):
		return exitInvalid
	case errors.Is(err, context.Canceled):
		return exitInterrupted
	}
	return exitUnexpected
}

// report writes an error to stderr, with each bad field on a line of its own, or all of it as
// one JSON object.
func (a *app) report(err error) {
	if err == nil {
		return
	}
	text := a.describe(err)
	var fields storage.FieldErrors
	errors.As(err, &fields)
	switch {
	case a.settings.json():
		if len(fields) > 0 {
			text = strings.ReplaceAll(text, "\n", "; ")
		}
		a.message(message{Error: text, Fields: fields})
	case len(fields) > 0:
		a.note("%s", fields.Error())
	default:
		a.note("backchannel: %s", text)
	}
}

// describe returns the text of an error. A person who pressed ctrl+c knows why the command
// ended, so the chain of errors that this caused would say nothing new.
func (s *session) describe(err error) string {
	var panicked *crash.Panic
	switch {
	case errors.As(err, &panicked):
		return s.saveCrash(panicked)
	case exitCode(err) == exitInterrupted:
		return "interrupted"
	}
	return err.Error()
}

// saveCrash writes the stack of a panic to a file, whose name the terminal shows instead: a
// stack trace helps only those who repair the program. If it cannot be written, showing it is better
// than losing it.
func (s *session) saveCrash(p *crash.Panic) string {
	dir := cmp.Or(s.settings.data, os.TempDir())
	path, err := p.Save(dir, s.now(), programVersion())
	if err != nil {
		return fmt.Sprintf("%v (%v)\n%s", p, err, p.Stack)
	}
	return fmt.Sprintf("%v; please report it with %s", p, path)
}
