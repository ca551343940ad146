package file

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// An UnwritableError says that a path cannot be written. Nothing was changed.
type UnwritableError struct {
	Path string
	Err  error
}

func (e *UnwritableError) Error() string {
	if errors.Is(e.Err, ErrNotFile) {
		return e.Path + " " + e.Err.Error()
	}
	return fmt.Sprintf("%s cannot be written: %v", e.Path, e.Err)
}

// Unwrap returns the reason.
func (e *UnwritableError) Unwrap() error { return e.Err }

// ErrNotFile means that a path names a folder, a pipe or a device.
var ErrNotFile = errors.New("is not a file; name one")

// Replace creates or replaces a file that only its owner can read. On an error, a file that
// exists stays as it is. The error is an *UnwritableError if Replace could not begin to write.
func Replace(path string, write func(io.Writer) error) (err error) {
	file, err := beside(path)
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = os.Remove(file.Name())
		}
	}()
	err = write(file)
	if closing := file.Close(); err == nil {
		err = closing
	}
	if err == nil {
		err = os.Rename(file.Name(), path)
	}
	if err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	return nil
}

// CheckReplace returns the *UnwritableError that Replace would return, or nil. A program that
// works for a while before it writes calls it first.
func CheckReplace(path string) error {
	file, err := beside(path)
	if err != nil {
		return err
	}
	_ = file.Close()
	return os.Remove(file.Name())
}

// beside creates a new file in the folder of a path.
func beside(path string) (*os.File, error) {
	if info, err := os.Stat(path); err == nil && !info.Mode().IsRegular() {
		return nil, &UnwritableError{path, ErrNotFile}
	}
	file, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+"-*")
	if err == nil {
		return file, nil
	}
	if at := new(fs.PathError); errors.As(err, &at) {
		err = at.Err // it names the temporary file
	}
	return nil, &UnwritableError{path, err}
}
