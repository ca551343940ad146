package file

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"slices"
	"strings"
	"syscall"
)

// Stdin is the path that stands for stdin in ReadNamed.
const Stdin = "-"

// ReadNamed is like [Read], but also reads stdin and descriptors of this process, which a
// shell passes for <(command). Unlike a named pipe, such a descriptor has a writer.
func ReadNamed(ctx context.Context, path string, stdin io.Reader, limit int) ([]byte, error) {
	if path == Stdin {
		return ReadAll(ctx, stdin, limit)
	}
	if !descriptor(path) {
		return offerStdin(Read(ctx, path, limit))
	}
	f, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	content, err := ReadAll(ctx, f, limit)
	if err != nil {
		return nil, pathError(path, err)
	}
	return content, nil
}

// descriptor reports whether a path names a descriptor of this process.
func descriptor(path string) bool {
	for _, prefix := range []string{"/dev/fd/", "/proc/self/fd/"} {
		if strings.HasPrefix(path, prefix) {
			return true
		}
	}
	return slices.Contains([]string{"/dev/stdin", "/dev/stdout", "/dev/stderr"}, path)
}

func offerStdin(content []byte, err error) ([]byte, error) {
	var path *fs.PathError
	if errors.Is(err, ErrStream) && errors.As(err, &path) {
		path.Err = reason{ErrStream, path.Err.Error() + ", or pipe it in and name " + Stdin}
	}
	return content, err
}
