package file

import (
	"os"
	"syscall"
)

// Append opens a file for appending and creates it, readable by its owner only, if it does
// not exist. It refuses a named pipe, because opening it and writing to it may wait for a
// reader, and a log must not delay the work that it records. It accepts a device, and a
// descriptor of this process such as /dev/stderr.
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
		return reason{ErrStream, "is " + kind(mode) + ", and every write to it may wait for a reader; name a regular file"}
	}
}
