package main

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"syscall"

	"backchannel/storage/file"
)

// maxLog is the size in bytes above which a log is renamed when it is opened.
const maxLog = 16 << 20

// openLog opens the log of the engine and the receiver. A log larger than maxLog is renamed first,
// to one old log, which it replaces.
func (s *settings) openLog() (*slog.Logger, io.Closer, error) {
	path := s.logFile
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, nil, invalid("log-file", "its folder cannot be created: %v; give another file", err)
	}
	// Only regular files: /dev/stderr or a pipe must not be renamed.
	if info, err := os.Stat(path); err == nil && info.Mode().IsRegular() && info.Size() > maxLog {
		if err := os.Rename(path, path+".1"); err != nil {
			return nil, nil, fmt.Errorf("rename log: %w", err)
		}
	}
	log, err := file.Append(path)
	if errors.Is(err, file.ErrStream) || errors.Is(err, syscall.EISDIR) {
		return nil, nil, invalid("log-file", "cannot be written: %v", err)
	}
	if err != nil {
		return nil, nil, fmt.Errorf("open log: %w; give another with --log-file", err)
	}
	if info, err := os.Stat(path); err == nil && info.Mode().IsRegular() && info.Mode().Perm()&0o077 != 0 {
		_ = os.Chmod(path, info.Mode().Perm()&^0o077) // fails if another user owns the log
	}
	return slog.New(slog.NewTextHandler(log, nil)), log, nil
}
