package sqlite

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"golang.org/x/sys/unix"

	"backchannel/storage"
	"backchannel/storage/seal"
)

// An Exposure is a file or folder that others could read when the store was opened.
type Exposure struct {
	Path string
	Mode fs.FileMode
	Err  error // why the mode could not be changed, or nil
}

// String describes the exposure and whether it was fixed.
func (e Exposure) String() string {
	if e.Err != nil {
		return fmt.Sprintf("%s is accessible to other users (%v), and its permissions could not be changed: %v; change them with chmod go-rwx", e.Path, e.Mode, e.Err)
	}
	text := fmt.Sprintf("%s was accessible to other users (%v); its permissions are now restricted", e.Path, e.Mode)
	if e.Mode.IsDir() {
		return text
	}
	return text + "; if others use this machine, replace the secrets in it"
}

// private returns patterns for the files in a data folder that contain secrets.
func private() []string {
	return []string{databaseFile + "*", seal.KeyFile + "*", "ca-key.pem*", "backchannel.log*", "crash-*"}
}

// public returns patterns for the files that anyone may read: the authority's certificate
// and lock files, which are empty.
func public() []string { return []string{"ca.pem*", "*.lock"} }

// matchesAny reports whether a file name matches one of the patterns.
func matchesAny(name string, patterns []string) bool {
	return slices.ContainsFunc(patterns, func(pattern string) bool {
		matches, err := filepath.Match(pattern, name)
		return err == nil && matches
	})
}

// closeToOthers removes the permissions of group and others from the private files in a
// data folder, and from the folder itself if it contains nothing else. A folder that is
// shared with other files may be open on purpose.
func closeToOthers(dir string) (found []Exposure) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil // opening the database reports the error in more detail
	}
	shared := false
	for _, entry := range entries {
		switch {
		case matchesAny(entry.Name(), private()):
			found = append(found, closeFile(filepath.Join(dir, entry.Name()))...)
		case !matchesAny(entry.Name(), public()):
			shared = true
		}
	}
	if shared {
		return found
	}
	return append(closeFile(dir), found...)
}

// closeFile removes the permissions of group and others from one file or folder.
func closeFile(path string) []Exposure {
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm()&0o077 == 0 || !info.Mode().IsRegular() && !info.IsDir() {
		return nil
	}
	if info.Mode()&fs.ModeSticky != 0 { // a folder for everyone, such as /tmp
		return nil
	}
	err = os.Chmod(path, info.Mode().Perm()&^0o077)
	if now, again := os.Stat(path); err == nil && again == nil && now.Mode().Perm()&0o077 != 0 {
		err = errors.New("the file system keeps no modes")
	}
	if errors.Is(err, unix.EPERM) {
		err = errors.New("it belongs to somebody else")
	}
	return []Exposure{{Path: path, Mode: info.Mode(), Err: err}}
}

// Exposed lists what others could read of the data folder when the store was opened.
func (s *Store) Exposed() []Exposure { return s.exposed }

// Notable reports whether to mention the exposure without being asked. An open folder by
// itself revealed nothing, and one that cannot be fixed would be mentioned at every start.
func (e Exposure) Notable() bool { return e.Err == nil && !e.Mode.IsDir() }

// recordExposed adds an activity for each notable exposure. It ignores errors, because
// callers of Exposed report the same exposures.
func (s *Store) recordExposed(ctx context.Context) {
	for _, e := range s.exposed {
		if e.Notable() {
			_ = s.AddActivity(ctx, storage.Activity{Kind: storage.ActivityError, Text: e.String()})
		}
	}
}
