// Package file reads files that a user names: a key, a certificate, a body, webhooks to
// apply. Use [Read], [ReadNamed] to accept "-" for stdin, or a [Reader] to read files
// repeatedly.
//
// Every read ends, whatever the path names. It opens only regular files, because a named
// pipe or a device may supply nothing or an endless stream; it reads at most a given number
// of bytes; and it returns when its context ends or after a timeout, even if a network file
// system blocks the system call for longer. The package keeps nothing that it has read.
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

// The limits for the files that a user names, in bytes.
const (
	MaxKey   = 1 << 20  // a key, a secret or certificates
	MaxBody  = 1 << 20  // a request's body
	MaxApply = 16 << 20 // webhooks to apply
)

// The errors besides those of the file system.
var (
	ErrStream   = errors.New("a stream, not a regular file")
	ErrTooLarge = errors.New("too large")
)

// A reason replaces the message of an error by one that says what to do.
type reason struct {
	kind error
	text string
}

func (r reason) Error() string { return r.text }
func (r reason) Unwrap() error { return r.kind }

// Read reads a regular file of at most limit bytes. Its errors are *fs.PathError, so that a
// caller can omit the path if it has already named it.
func Read(ctx context.Context, path string, limit int) ([]byte, error) {
	return new(Reader).Read(ctx, path, limit)
}

// ReadAll reads a stream of at most limit bytes until the stream or the context ends. In the
// second case, a goroutine may still be reading, so the stream must not be used any more.
func ReadAll(ctx context.Context, from io.Reader, limit int) ([]byte, error) {
	return await(ctx, func() ([]byte, error) { return readAll(from, limit) })
}

// await returns the result of do, or an error as soon as the context ends.
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
		return reason{ctx.Err(), "took too long to read; check its file system, or name a regular file on a local disk"}
	}
	return ctx.Err()
}

// read checks the file's type before it opens the file, because opening a pipe or a device
// may have an effect, and again afterwards, because the path may name another file by then.
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
	return reason{ErrTooLarge, fmt.Sprintf("%s; no more than %d MiB is accepted here: name a smaller file", what, limit>>20)}
}

func regular(info fs.FileInfo, err error) error {
	if err != nil || info.Mode().IsRegular() {
		return err
	}
	if info.IsDir() {
		return reason{syscall.EISDIR, "is a directory; name a file in it"}
	}
	return reason{ErrStream, "is " + kind(info.Mode()) + ", not a regular file; save its output as a file and name that"}
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
