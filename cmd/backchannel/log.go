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

// maxLog is how large the log grows before it is put aside, once.
const maxLog = 16 << 20

// openLog opens the log of whoever delivers. A large one is renamed first, over the one
// renamed before.
func (s *session) openLog() (*slog.Logger, io.Closer, error) {
	path := s.settings.logFile
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, nil, fmt.Errorf("open log: %w", err)
	}
	if info, err := os.Stat(path); err == nil && info.Mode().IsRegular() && info.Size() > maxLog {
		if err := os.Rename(path, path+".1"); err != nil {
			return nil, nil, fmt.Errorf("put log aside: %w", err)
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
		_ = os.Chmod(path, info.Mode().Perm()&^0o077) // it may be somebody else's, who knows why
	}
	return slog.New(slog.NewTextHandler(log, nil)), log, nil
}
