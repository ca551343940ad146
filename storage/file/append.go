package file

import (
	"os"
	"syscall"
)

// Append opens a file to write to its end, and makes it, for its owner alone, if there is
// none. It does not open a named pipe, whose writers wait for a reader, at first and each
// time that it is full: a log must not hold up what it is about. A device is fine, and so
// is a descriptor of this process, such as /dev/stderr.
func Append(path string) (*os.File, error) {
	const flags = os.O_CREATE | os.O_APPEND | os.O_WRONLY
	if descriptor(path) {
		return os.OpenFile(path, flags, 0o600)
	}
	if err := appendable(os.Stat(path)); err != nil && !os.IsNotExist(err) {
		return nil, opError("open", path, err)
	}
	f, err := os.OpenFile(path, flags|syscall.O_NONBLOCK, 0o600)
	if err != nil {
		return nil, err
	}
	if err := appendable(f.Stat()); err != nil {
		_ = f.Close()
		return nil, opError("open", path, err)
	}
	return f, nil
}

func appendable(info os.FileInfo, err error) error {
	if err != nil {
		return err
	}
	switch mode := info.Mode(); {
	case mode.IsRegular(), mode&os.ModeDevice != 0:
		return nil
	case mode.IsDir():
		return reason{syscall.EISDIR, "is a directory; name a file in it"}
	default:
		return reason{ErrStream, "is " + kind(mode) + ", which would make everything wait for its reader; name a regular file"}
	}
}
