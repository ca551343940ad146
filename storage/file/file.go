// Package file reads what a person names: a key, a certificate, a body, a file to apply.
// Use [Read], or [ReadNamed] where "-" stands for stdin, or a [Reader] where files are read
// again and again.
//
// Whatever the path turns out to be, a read ends: it opens regular files alone, since a
// named pipe or a device may give nothing or give without end; it reads no more than it is
// told to; and it returns when its context ends, or after a while without that, though a
// network file system may hold the system call for much longer. The package writes nothing
// and keeps nothing that it read.
package file

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"syscall"
)

// How much is read of a file that a person names.
const (
	MaxKey   = 1 << 20  // of a key, a secret, or certificates
	MaxBody  = 1 << 20  // of a request's body
	MaxApply = 16 << 20 // of webhooks to be applied
)

// The reasons why a path is not read, beside those of the file system.
var (
	ErrStream   = errors.New("a stream, not a regular file")
	ErrTooLarge = errors.New("too large")
)

// A reason is one of them and says what to do.
type reason struct {
	kind error
	text string
}

func (r reason) Error() string { return r.text }
func (r reason) Unwrap() error { return r.kind }

// Read reads a regular file of at most limit bytes. Its errors are *fs.PathError, so that a
// caller who names the path already can leave it out.
func Read(ctx context.Context, path string, limit int) ([]byte, error) {
	return new(Reader).Read(ctx, path, limit)
}

// ReadAll reads a stream of at most limit bytes to its end, or until the context ends. It
// may then still hold on to the stream, of which nobody else can read thereafter.
func ReadAll(ctx context.Context, from io.Reader, limit int) ([]byte, error) {
	return await(ctx, func() ([]byte, error) { return readAll(from, limit) })
}

// await returns what do returns, or when the context ends.
func await(ctx context.Context, do func() ([]byte, error)) ([]byte, error) {
	type result struct {
		content []byte
		err     error
	}
	done := make(chan result, 1)
	go func() {
		content, err := do()
		done <- result{content, err}
	}()
	select {
	case r := <-done:
		return r.content, r.err
	case <-ctx.Done():
		return nil, unfinished(ctx)
	}
}

func unfinished(ctx context.Context) error {
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return reason{ctx.Err(), "took too long to read; check the file system that it is on, or name a file that has its content already"}
	}
	return ctx.Err()
}

// read looks before it opens, since to open a pipe or a device may already do something,
// and again afterwards, since the path may name another file by then.
func read(path string, limit int) ([]byte, error) {
	if err := regular(os.Stat(path)); err != nil {
		return nil, err
	}
	f, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	info, err := f.Stat()
	if err := regular(info, err); err != nil {
		return nil, err
	}
	if info.Size() > int64(limit) {
		return nil, tooLarge(fmt.Sprintf("has %d bytes", info.Size()), limit)
	}
	return readAll(f, limit)
}

func readAll(from io.Reader, limit int) ([]byte, error) {
	content, err := io.ReadAll(io.LimitReader(from, int64(limit)+1))
	if err != nil {
		return nil, err
	}
	if len(content) > limit {
		return nil, tooLarge(fmt.Sprintf("is longer than %d bytes", limit), limit)
	}
	return content, nil
}

func tooLarge(what string, limit int) error {
	return reason{ErrTooLarge, fmt.Sprintf("%s; no more than %d MiB is read here: name a smaller file", what, limit>>20)}
}

func regular(info fs.FileInfo, err error) error {
	if err != nil || info.Mode().IsRegular() {
		return err
	}
	if info.IsDir() {
		return reason{syscall.EISDIR, "is a directory; name a file in it"}
	}
	return reason{ErrStream, "is " + kind(info.Mode()) + ", not a regular file; save what it gives as a file and name that"}
}

func kind(mode fs.FileMode) string {
	switch {
	case mode&fs.ModeNamedPipe != 0:
		return "a pipe"
	case mode&fs.ModeSocket != 0:
		return "a socket"
	case mode&fs.ModeDevice != 0:
		return "a device"
	default:
		return "something else"
	}
}

func pathError(path string, err error) error { return opError("read", path, err) }

func opError(op, path string, err error) error {
	var known *fs.PathError
	if errors.As(err, &known) {
		return &fs.PathError{Op: "open", Path: path, Err: known.Err} // it may be a stat's
	}
	return &fs.PathError{Op: op, Path: path, Err: err}
}
