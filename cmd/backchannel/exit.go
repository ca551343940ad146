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

// The exit codes. Scripts depend on them, so a new kind of failure must get the code of the most
// similar kind, or a new one.
const (
	exitDone        = 0
	exitUnexpected  = 1
	exitInvalid     = 2 // usage or invalid input
	exitNotFound    = 3
	exitConflict    = 4
	exitUnmet       = 5 // a delivery failed, or an expectation was not met
	exitTimeout     = 6
	exitInterrupted = 130 // 128 plus SIGINT, as shells report it
)

// An exitError is an error of this package with its exit code. Errors of other packages get theirs
// in exitCode, because packages below must not know about exit codes.
type exitError struct {
	code int
	text string
}

// Error implements error.
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

// exitCode returns the exit code of an error, or 1 for an unexpected one.
func exitCode(err error) int {
	var exit *exitError
	switch {
	case err == nil:
		return exitDone
	case errors.As(err, &exit):
		return exit.code
	case errors.Is(err, storage.ErrNotFound):
		return exitNotFound
	// A port in use is a conflict, like a record in use: a script may retry later with the same
	// flags.
	case errors.Is(err, storage.ErrConflict), errors.Is(err, receiver.ErrBusy), errors.Is(err, metrics.ErrBusy):
		return exitConflict
	// Errors about fields are conflicts only if all of them are, so the order of these cases does
	// not matter.
	case errors.Is(err, storage.ErrInvalid):
		return exitInvalid
	case errors.Is(err, context.Canceled):
		return exitInterrupted
	}
	return exitUnexpected
}

// report writes an error to stderr: as text with one line for each invalid field, or as one JSON
// object.
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
			// The fields are in the object one by one as well. The text is for people who read the
			// JSON.
			text = strings.ReplaceAll(text, "\n", "; ")
		}
		a.message(message{Error: text, Fields: fields})
	case len(fields) > 0:
		a.note("%s", fields.Error())
	default:
		a.note("backchannel: %s", text)
	}
}

// describe returns the text of an error. After Ctrl+C that is only "interrupted": a person who
// pressed it knows why the command ended, and the chain of errors that it caused says nothing new.
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

// saveCrash saves the stack of a panic to a file, and returns a text that names the file: a stack
// trace helps only those who repair the program. If it cannot be saved, the text contains the
// stack.
func (s *session) saveCrash(p *crash.Panic) string {
	dir := cmp.Or(s.settings.data, os.TempDir())
	path, err := p.Save(dir, s.now(), programVersion())
	if err != nil {
		return fmt.Sprintf("%v (%v)\n%s", p, err, p.Stack)
	}
	return fmt.Sprintf("%v; please report it with %s", p, path)
}
