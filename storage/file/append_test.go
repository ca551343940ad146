package file_test

import (
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"backchannel/storage/file"
)

func TestAppend(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log")
	for range 2 {
		f, err := file.Append(path)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.WriteString("line\n"); err != nil {
			t.Error(err)
		}
		_ = f.Close()
	}
	info, _ := os.Stat(path)
	if text, err := os.ReadFile(path); string(text) != "line\nline\n" || info.Mode().Perm() != 0o600 {
		t.Errorf("got %q, %v, with mode %v", text, err, info.Mode())
	}
	for _, fine := range []string{os.DevNull, "/dev/stderr"} {
		if f, err := file.Append(fine); err != nil {
			t.Errorf("%s: %v", fine, err)
		} else {
			_ = f.Close()
		}
	}
	for path, want := range map[string]error{
		namedPipe(t): file.ErrStream, unixSocket(t): file.ErrStream, t.TempDir(): syscall.EISDIR, filepath.Join(path, "x"): syscall.ENOTDIR,
	} {
		if _, err := file.Append(path); !errors.Is(err, want) {
			t.Errorf("%s: got %v, want %v", path, err, want)
		}
	}
}
