package main

import (
	"backchannel/cmd/backchannel/internal/crash"
)

// An app is one run of the program: its arguments, and the session of the command.
type app struct {
	*session
	args []string
}

// main runs the command that the arguments name and returns its exit code. A panic becomes an
// error, so that it is reported like any other and its stack is saved.
func (a *app) main() (code int) {
	// The order matters: the error of the command is reported before the process exits, and signals
	// stay caught until then, so that a second Ctrl+C still ends a report that hangs.
	ctx, stop := a.signals()
	defer stop()
	err := crash.Guard(func() error { return newRoot(a).ExecuteContext(ctx) })
	// A reader that stops early, as head does, ends the command without an error.
	if err == nil || a.out.unread(err) {
		err = a.out.failure()
	}
	a.report(err)
	return exitCode(err)
}
