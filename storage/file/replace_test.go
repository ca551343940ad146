package file_test

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"

	"backchannel/storage/file"
)

func TestReplace(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := filepath.Join(dir, "report")
	write := func(text string, bad error) func(io.Writer) error {
		return func(w io.Writer) error {
			_, err := io.WriteString(w, text)
			return errors.Join(err, bad)
		}
	}
	broken := errors.New("broken")
	for _, step := range []struct {
		text string
		bad  error
		want string
	}{{"one", nil, "one"}, {"two", broken, "one"}, {"three", nil, "three"}} {
		if err := file.Replace(path, write(step.text, step.bad)); !errors.Is(err, step.bad) {
			t.Errorf("%s: %v", step.text, err)
		}
		if got, err := os.ReadFile(path); string(got) != step.want || err != nil {
			t.Errorf("after %s: got %q, %v; want %q", step.text, got, err, step.want)
		}
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("got mode %v, %v", info.Mode(), err)
	}
	for _, bad := range []string{dir, filepath.Join(dir, "none", "report"), os.DevNull, filepath.Join(path, "below")} {
		for what, err := range map[string]error{"check": file.CheckReplace(bad), "replace": file.Replace(bad, write("x", nil))} {
			if unwritable := new(file.UnwritableError); !errors.As(err, &unwritable) || unwritable.Path != bad {
				t.Errorf("%s %s: %v", what, bad, err)
			}
		}
	}
	if err := file.CheckReplace(path); err != nil {
		t.Error(err)
	}
	if left, err := os.ReadDir(dir); len(left) != 1 || err != nil {
		t.Errorf("got the files %v, %v; want one", left, err)
	}
}
