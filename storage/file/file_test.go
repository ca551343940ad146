package file_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"backchannel/storage/file"
)

func TestRead(t *testing.T) {
	dir := t.TempDir()
	place := func(name string, size int) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, bytes.Repeat([]byte{'x'}, size), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	link := func(to string) string {
		path := filepath.Join(dir, "link to "+filepath.Base(to))
		if err := os.Symlink(to, path); err != nil {
			t.Fatal(err)
		}
		return path
	}
	fifo := namedPipe(t)
	small := place("small", 7)
	for _, tc := range []struct {
		name, path string
		size       int
		want       error
		say        string
	}{
		{"a file", small, 7, nil, ""},
		{"a link to one", link(small), 7, nil, ""},
		{"an empty file", place("empty", 0), 0, nil, ""},
		{"a file of exactly the limit", place("limit", file.MaxKey), file.MaxKey, nil, ""},
		{"a file over the limit", place("long", file.MaxKey+1), 0, file.ErrTooLarge, "has 1048577 bytes; no more than 1 MiB is accepted here: name a smaller file"},
		{"a directory", dir, 0, syscall.EISDIR, "is a directory; name a file in it"},
		{"a link to a directory", link(dir), 0, syscall.EISDIR, "is a directory"},
		{"a named pipe", fifo, 0, file.ErrStream, "is a pipe, not a regular file; save its output as a file and name that"},
		{"a link to a pipe", link(fifo), 0, file.ErrStream, "is a pipe"},
		{"an endless device", "/dev/zero", 0, file.ErrStream, "is a device"},
		{"an empty device", os.DevNull, 0, file.ErrStream, "is a device"},
		{"a socket", unixSocket(t), 0, file.ErrStream, "is a socket"},
		{"no file", filepath.Join(dir, "none"), 0, fs.ErrNotExist, "no such file or directory"},
		{"a file within a file", filepath.Join(small, "x"), 0, syscall.ENOTDIR, "not a directory"},
		{"a link to itself", loop(t), 0, syscall.ELOOP, "too many levels of symbolic links"},
		{"a zero byte", "a\x00b", 0, syscall.EINVAL, "invalid argument"},
		{"a file of unknown size", "/proc/self/status", -1, nil, ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			content, err := file.Read(t.Context(), tc.path, file.MaxKey)
			if tc.want == nil {
				if err != nil || tc.size >= 0 && len(content) != tc.size || len(content) == 0 && tc.size != 0 {
					t.Errorf("got %d bytes, %v; want %d bytes", len(content), err, tc.size)
				}
				return
			}
			var path *fs.PathError
			if !errors.Is(err, tc.want) || !errors.As(err, &path) || path.Path != tc.path || !strings.Contains(err.Error(), tc.say) {
				t.Errorf("got %v; want %q for %s", err, tc.say, tc.path)
			}
		})
	}
}

func TestReadEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := file.Read(ctx, os.Args[0], file.MaxApply); !errors.Is(err, context.Canceled) {
		t.Errorf("with an ended context: got %v", err)
	}
	silent, other := io.Pipe()
	defer func() { _ = other.Close() }()
	ctx, cancel = context.WithCancel(t.Context())
	stop := time.AfterFunc(time.Millisecond, cancel)
	defer stop.Stop()
	if _, err := file.ReadAll(ctx, silent, 1); !errors.Is(err, context.Canceled) {
		t.Errorf("a silent stream, after the end of the context: got %v", err)
	}
}

func TestReadNamed(t *testing.T) {
	body := strings.Repeat("x", 100)
	path := filepath.Join(t.TempDir(), "body")
	if err := os.WriteFile(path, []byte(body), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, from := range map[string]string{
		"a file": path, "stdin": "-", "the path of a shell's <( )": substituted(t, body),
	} {
		content, err := file.ReadNamed(t.Context(), from, strings.NewReader(body), file.MaxBody)
		if err != nil || string(content) != body {
			t.Errorf("%s: got %q, %v", name, content, err)
		}
	}
	for name, from := range map[string]string{"stdin": "-", "the path of a shell's <( )": substituted(t, body)} {
		if _, err := file.ReadNamed(t.Context(), from, strings.NewReader(body), 99); !errors.Is(err, file.ErrTooLarge) {
			t.Errorf("%s, too long: got %v", name, err)
		}
	}
	if _, err := file.ReadNamed(t.Context(), namedPipe(t), nil, 1); err == nil || !strings.HasSuffix(err.Error(), "or pipe it in and name -") {
		t.Errorf("a named pipe: got %v", err)
	}
	if _, err := file.ReadNamed(t.Context(), "-", endless{}, file.MaxBody); !errors.Is(err, file.ErrTooLarge) {
		t.Errorf("an endless stdin: got %v", err)
	}
	if _, err := file.ReadNamed(t.Context(), "/dev/fd/999", nil, 1); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a descriptor that is not open: got %v", err)
	}
}

// substituted returns the path that a shell passes for <(printf body).
func substituted(t *testing.T, body string) string {
	t.Helper()
	out, in, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = out.Close() })
	if _, err := in.WriteString(body); err != nil {
		t.Fatal(err)
	}
	_ = in.Close()
	raw, err := out.SyscallConn()
	if err != nil {
		t.Fatal(err)
	}
	var path string
	if err := raw.Control(func(fd uintptr) { path = "/dev/fd/" + strconv.Itoa(int(fd)) }); err != nil {
		t.Fatal(err)
	}
	return path
}

type endless struct{}

func (endless) Read(p []byte) (int, error) { return len(p), nil }

func namedPipe(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "fifo")
	if err := syscall.Mkfifo(path, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func unixSocket(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "sock") // the path must be short
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	l, err := net.Listen("unix", filepath.Join(dir, "s"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	return l.Addr().String()
}

func loop(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "loop")
	if err := os.Symlink(path, path); err != nil {
		t.Fatal(err)
	}
	return path
}
