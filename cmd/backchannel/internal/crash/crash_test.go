package crash

import (
	"errors"
	"os"
	"strings"
	"testing"
	"time"
)

func TestGuard(t *testing.T) {
	t.Parallel()
	plain := errors.New("plain")
	if err := Guard(func() error { return plain }); !errors.Is(err, plain) {
		t.Errorf("Guard of an error: got %v, want %v", err, plain)
	}
	var p *Panic
	if err := Guard(func() error { panic("oops") }); !errors.As(err, &p) {
		t.Fatalf("Guard of a panic: got %v, want a *Panic", err)
	}
	path, err := p.Save(t.TempDir(), time.Unix(0, 0), "v1")
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"backchannel v1", "panic: oops", "TestGuard"} {
		if !strings.Contains(string(text), want) {
			t.Errorf("got the crash log\n%s\nwant it to contain %q", text, want)
		}
	}
}
