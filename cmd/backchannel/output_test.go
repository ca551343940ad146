package main

import (
	"errors"
	"syscall"
	"testing"
)

type failing struct{ err error }

func (f failing) Write([]byte) (int, error) { return 0, f.err }

func TestOutputFailure(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		err   error
		fails bool
	}{{syscall.EPIPE, false}, {syscall.ENOSPC, true}} {
		out := output{to: failing{test.err}}
		if err := out.object(1); err != nil {
			t.Fatal(err)
		}
		if !out.closed() {
			t.Errorf("after %v it is not closed", test.err)
		}
		if _, err := out.Write(nil); out.unread(err) == test.fails || out.unread(syscall.EIO) {
			t.Errorf("after %v: %v", test.err, err)
		}
		if err := out.failure(); (err != nil) != test.fails || test.fails && !errors.Is(err, test.err) {
			t.Errorf("after %v: %v", test.err, err)
		}
	}
}
