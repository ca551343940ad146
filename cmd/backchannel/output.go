package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"syscall"

	"github.com/charmbracelet/x/term"

	"backchannel/storage/export"
)

// An output is stdout. It keeps the first error of a write, so that callers need not check each
// one.
type output struct {
	to       io.Writer
	bad      error
	labelled *labelledRows // writes rows with labels, for screen readers; nil: tables have columns
}

// Write implements io.Writer. After an error it writes nothing more.
func (o *output) Write(p []byte) (int, error) {
	if o.bad != nil {
		return 0, o.bad
	}
	// fmt.Fprint callers in this package ignore the error, because failure reports it at the end.
	n, err := o.to.Write(p)
	o.bad = err
	return n, err
}

// closed reports whether a write has failed, after which further ones are pointless.
func (o *output) closed() bool { return o.bad != nil }

// unread reports whether an error only means that the reader of stdout has gone.
func (o *output) unread(err error) bool { return o.closed() && errors.Is(err, syscall.EPIPE) }

// failure returns the error with which writing the result failed. A reader that stops early, as
// head does, is not an error.
func (o *output) failure() error {
	if o.bad == nil || errors.Is(o.bad, syscall.EPIPE) {
		return nil
	}
	return fmt.Errorf("write output: %w", o.bad)
}

// terminal reports whether stdout is a terminal.
func (o *output) terminal() bool {
	file, isFile := o.to.(*os.File)
	return isFile && term.IsTerminal(file.Fd())
}

// width returns the number of columns of the terminal, or 0 if stdout is not one.
func (o *output) width() int {
	if !o.terminal() {
		return 0
	}
	// Asked each time, because the person may resize the terminal meanwhile.
	width, _, err := term.GetSize(o.to.(*os.File).Fd())
	if err != nil {
		return 0
	}
	return width
}

// object writes a value as one line of JSON.
func (o *output) object(value any) error {
	line, err := export.Encode(value)
	if err != nil {
		return fmt.Errorf("encode the result: %w", err)
	}
	fmt.Fprintf(o, "%s", line)
	return nil
}
