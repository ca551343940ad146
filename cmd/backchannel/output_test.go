package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"syscall"
	"testing"
	"unicode/utf8"
)

func TestObjectIsHarmlessAndMeansTheSame(t *testing.T) {
	for _, text := range []string{"plain", "<a&b>", "C1 \u009b31m", "DEL \x7f", "bidi \u202e", "tag \U000e0041", "emoji 👍", "zwsp \u200b", "new\nline", "\u2028"} {
		t.Run(text, func(t *testing.T) { objectMeans(t, text) })
	}
}

func FuzzObject(f *testing.F) {
	f.Add("\u009b31m\u202e\U000e0041\x00\xff")
	f.Fuzz(func(t *testing.T, text string) {
		objectMeans(t, strings.ToValidUTF8(text, "?"))
	})
}

func objectMeans(t *testing.T, text string) {
	t.Helper()
	var written bytes.Buffer
	out := output{to: &written}
	if err := out.object(text); err != nil {
		t.Fatal(err)
	}
	if bytes.ContainsFunc(written.Bytes(), hazardous) {
		t.Errorf("%q came out as %q", text, written.String())
	}
	var got string
	if err := json.Unmarshal(written.Bytes(), &got); err != nil || got != text {
		t.Errorf("%q came back as %q, %v", text, got, err)
	}
	if !utf8.Valid(written.Bytes()) {
		t.Errorf("%q is not valid UTF-8", written.String())
	}
}

type failing struct{ err error }

func (f failing) Write([]byte) (int, error) { return 0, f.err }

func TestOutputFailure(t *testing.T) {
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
