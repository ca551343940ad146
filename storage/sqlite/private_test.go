package sqlite

import (
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"backchannel/storage"
	"backchannel/storage/seal"
	"backchannel/storage/storetest"
)

func modeOf(t *testing.T, path string) fs.FileMode {
	t.Helper()
	return storetest.Must(os.Stat(path)).Mode().Perm()
}

// Opening the store takes others' access to files with secrets away, and reports that.
func TestFilesAreClosedToOthers(t *testing.T) {
	t.Parallel()
	dir := blankFolder(t)
	for _, name := range []string{seal.KeyFile, databaseFile, databaseFile + "-wal", "ca-key.pem", "backchannel.log", "backchannel.log.1", "crash-1.log", "ca.pem"} {
		file := storetest.Must(os.OpenFile(filepath.Join(dir, name), os.O_CREATE|os.O_RDWR, 0o600))
		if err := file.Close(); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(file.Name(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	s := openTest(t, dir)
	for _, entry := range storetest.Must(os.ReadDir(dir)) {
		if mode := modeOf(t, filepath.Join(dir, entry.Name())); mode&0o077 != 0 && entry.Name() != "ca.pem" {
			t.Errorf("%s has mode %v", entry.Name(), mode)
		}
	}
	if mode := modeOf(t, filepath.Join(dir, "ca.pem")); mode != 0o644 {
		t.Errorf("the certificate has mode %v", mode)
	}
	if mode := modeOf(t, dir); mode != 0o700 {
		t.Errorf("the folder has mode %v", mode)
	}
	activities := storetest.Must(s.Activities(t.Context(), 0, 100))
	for _, path := range []string{filepath.Join(dir, seal.KeyFile), filepath.Join(dir, databaseFile)} {
		if !slices.ContainsFunc(activities, func(a storage.Activity) bool { return strings.HasPrefix(a.Text, path+" was accessible to other users") }) {
			t.Errorf("%s is not reported: %v", path, activities)
		}
	}
	if again := openTest(t, dir); len(again.Exposed()) > 0 {
		t.Errorf("after it was opened again: got %v", again.Exposed())
	}
}

// A folder that contains other files keeps its mode; the files with secrets do not.
func TestSharedFolderStaysOpen(t *testing.T) {
	t.Parallel()
	dir := blankFolder(t)
	other := filepath.Join(dir, "notes.txt")
	if err := os.WriteFile(other, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	for path, mode := range map[string]fs.FileMode{dir: 0o755, filepath.Join(dir, seal.KeyFile): 0o640} {
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
	}
	s := openTest(t, dir)
	if len(s.Exposed()) != 1 || modeOf(t, dir) != 0o755 || modeOf(t, other) != 0o644 || modeOf(t, filepath.Join(dir, seal.KeyFile)) != 0o600 {
		t.Errorf("Exposed: got %v; the folder has mode %v", s.Exposed(), modeOf(t, dir))
	}
}
