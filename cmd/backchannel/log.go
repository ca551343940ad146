package main

import (
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
)

// maxLog is how large the log grows before it is put aside, once.
const maxLog = 16 << 20

// openLog opens the log of whoever delivers. A large one is renamed first, over the one
// renamed before.
func (a *app) openLog() (*slog.Logger, io.Closer, error) {
	path := a.settings.logFile
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, nil, fmt.Errorf("open log: %w", err)
	}
	if info, err := os.Stat(path); err == nil && info.Mode().IsRegular() && info.Size() > maxLog {
		if err := os.Rename(path, path+".1"); err != nil {
			return nil, nil, fmt.Errorf("put log aside: %w", err)
		}
	}
	file, err := os.OpenFile(path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, nil, fmt.Errorf("open log: %w; give another with --log-file", err)
	}
	return slog.New(slog.NewTextHandler(file, nil)), file, nil
}
