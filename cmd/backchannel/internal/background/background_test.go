package background

import (
	"os"
	"strings"
	"testing"
	"time"

	"backchannel/tui/ptytest"
)

func TestDark(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		answer string
		dark   bool
	}{
		"black":                {"\x1b]11;rgb:0000/0000/0000\x1b\\\x1b[?62;c", true},
		"white":                {"\x1b]11;rgb:ffff/ffff/ffff\x1b\\\x1b[?62;c", false},
		"white, ended by bell": {"\x1b]11;rgb:ff/ff/ff\a\x1b[?1;2c", false},
		"with alpha":           {"\x1b]11;rgba:fafa/fafa/fafa/ffff\x1b\\\x1b[?62;c", false},
		"dark blue":            {"\x1b]11;rgb:1111/1111/4444\x1b\\\x1b[?62;c", true},
		"attributes only":      {"\x1b[?6c", true},
		"garbage":              {"\x1b]11;rgb:zz/zz/zz\x1b\\\x1b[?6c", true},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if got := dark(readAnswers(strings.NewReader(test.answer))); got != test.dark {
				t.Errorf("got dark %t, want %t", got, test.dark)
			}
		})
	}
}

func TestTerminalThatAnswers(t *testing.T) {
	t.Parallel()
	ptmx, tty := openPTY(t)
	go func() {
		buffer := make([]byte, 64)
		if _, err := ptmx.Read(buffer); err == nil {
			_, _ = ptmx.WriteString("3f\x1b]11;rgb:ffff/ffff/ffff\x1b\\b\x1b[?62;c\r")
		}
	}()
	dark, typed := Dark(tty, tty, time.Minute)
	if dark {
		t.Error("got a dark background, want a light one")
	}
	if string(typed) != "3fb\r" {
		t.Errorf("got the typed input %q, want %q", typed, "3fb\r")
	}
}

func TestSilentTerminal(t *testing.T) {
	t.Parallel()
	_, tty := openPTY(t)
	if dark, _ := Dark(tty, tty, time.Millisecond); !dark {
		t.Error("got a light background, want a dark one, because the terminal does not answer")
	}
}

func TestNoTerminal(t *testing.T) {
	t.Parallel()
	null, err := os.Open(os.DevNull)
	if err != nil {
		t.Fatal(err)
	}
	defer null.Close()
	if dark, _ := Dark(null, null, time.Minute); !dark {
		t.Error("got a light background, want a dark one, because this is not a terminal")
	}
}

func openPTY(t *testing.T) (ptmx, tty *os.File) {
	t.Helper()
	ptmx, tty = ptytest.Open(t, 24, 80)
	t.Cleanup(func() { tty.Close() })
	return ptmx, tty
}
