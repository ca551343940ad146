package main

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"backchannel/cmd/backchannel/internal/export"
	"backchannel/storage"
	"backchannel/storage/sqlite"
	"backchannel/tui"
)

// exporter writes the receipts that were chosen in the console.
func (a *app) exporter(store *sqlite.Store) func(context.Context, tui.Export) (tui.Exported, error) {
	return func(ctx context.Context, e tui.Export) (tui.Exported, error) {
		path, err := typedPath(e.Path)
		if err != nil {
			return tui.Exported{}, err
		}
		if _, err := os.Lstat(path); err == nil && !e.Replace {
			return tui.Exported{}, fmt.Errorf("%s: %w", path, fs.ErrExist)
		}
		chosen := chosenReceipts{query: storage.ReceiptQuery{Filter: e.Filter}}
		for _, id := range e.IDs {
			chosen.ids = append(chosen.ids, id.String())
		}
		if err := chosen.find(ctx, a, store); err != nil {
			return tui.Exported{}, err
		}
		flags := exportFlags{format: e.Format, out: path, to: e.To, withSecrets: e.WithSecrets}
		if err := checkExportTo(export.Format(e.Format), e.To); err != nil {
			return tui.Exported{}, err
		}
		if err := a.address(ctx, store, &flags); err != nil {
			return tui.Exported{}, err
		}
		n, err := a.exportFile(ctx, store, flags, chosen)
		return tui.Exported{Receipts: n, Path: path, Note: flags.at.note}, err
	}
}

// typedPath is a path as a person types it, made absolute.
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
