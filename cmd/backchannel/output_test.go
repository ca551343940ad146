package main

import (
	"errors"
	"syscall"
	"testing"
)

type failingWriter struct{ err error }

func (f failingWriter) Write([]byte) (int, error) { return 0, f.err }

func TestOutputFailure(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		err   error
		fails bool
	}{{syscall.EPIPE, false}, {syscall.ENOSPC, true}} {
		out := output{to: failingWriter{test.err}}
		if err := out.object(1); err != nil {
			t.Fatal(err)
		}
		if !out.closed() {
			t.Errorf("%v: got closed() = false, want true", test.err)
		}
		if _, err := out.Write(nil); out.unread(err) == test.fails || out.unread(syscall.EIO) {
			t.Errorf("%v: got unread(%v) = %t and unread(%v) = %t, want %t and false", test.err, err, out.unread(err), syscall.EIO, out.unread(syscall.EIO), !test.fails)
		}
		if err := out.failure(); (err != nil) != test.fails || test.fails && !errors.Is(err, test.err) {
			t.Errorf("%v: got failure() = %v; fails: %t", test.err, err, test.fails)
		}
	}
}
