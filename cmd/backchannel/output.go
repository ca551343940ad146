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

// output is stdout. It remembers the first write that went wrong, so that nobody has to
// ask after each one.
type output struct {
	to  io.Writer
	bad error
}

func (o *output) Write(p []byte) (int, error) {
	if o.bad != nil {
		return 0, o.bad
	}
	n, err := o.to.Write(p)
	o.bad = err
	return n, err
}

// closed reports whether nobody will see what is written from now on.
func (o *output) closed() bool { return o.bad != nil }

// unread reports whether an error only says that nobody reads any more.
func (o *output) unread(err error) bool { return o.closed() && errors.Is(err, syscall.EPIPE) }

// failure is what kept the result from being written. That the reader had enough, as
// head has, is none.
func (o *output) failure() error {
	if o.bad == nil || errors.Is(o.bad, syscall.EPIPE) {
		return nil
	}
	return fmt.Errorf("write output: %w", o.bad)
}

func (o *output) terminal() bool {
	file, isFile := o.to.(*os.File)
	return isFile && term.IsTerminal(file.Fd())
}

// width is how many columns the terminal has, 0 when stdout is none.
func (o *output) width() int {
	if !o.terminal() {
		return 0
	}
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
