package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"backchannel/storage/export"
)

// consoleExport returns the function with which the console exports receipts.
func (s consoleSession) consoleExport(store export.Store) func(context.Context, export.Request) (export.Result, error) {
	return func(ctx context.Context, r export.Request) (_ export.Result, err error) {
		if r.Path, err = typedPath(r.Path); err != nil {
			return export.Result{}, err
		}
		return s.exporter(store).WriteFile(ctx, r)
	}
}

// typedPath makes a path absolute that a user has typed, which may begin with ~/.
func typedPath(text string) (string, error) {
	if rest, ok := strings.CutPrefix(text, "~/"); ok {
		home, err := os.UserHomeDir()
		if err != nil {
			return "", fmt.Errorf("find the home folder: %w", err)
		}
		text = filepath.Join(home, rest)
	}
	path, err := filepath.Abs(text)
	if err != nil {
		return "", fmt.Errorf("find the folder that %s is in: %w", text, err)
	}
	return path, nil
}
