package main

import (
	"context"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"backchannel/storage/export"
	"backchannel/storage/file"
	"backchannel/storage/report"
	tuicheck "backchannel/tui/check"
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

// exportReport writes the report of a check to a file, for the console.
func exportReport(_ context.Context, r report.Report, to tuicheck.Destination) (path string, err error) {
	if path, err = typedPath(to.Path); err != nil {
		return "", err
	}
	// Lstat and not Stat: a dangling symbolic link is something that would be replaced, too.
	if _, err := os.Lstat(path); err == nil && !to.Replace {
		return "", fmt.Errorf("%s: %w", path, fs.ErrExist)
	}
	// The console does not know the version of the program in a report; the package that wires it does.
	r.Version = programVersion()
	return path, file.Replace(path, func(w io.Writer) error { return r.Write(w, to.Format) })
}

// typedPath makes a path absolute that a person has typed in the console. It may begin with ~/,
// which no shell has expanded.
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
