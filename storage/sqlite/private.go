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
)

// An Exposure is a file or folder that others could read when the store was opened.
type Exposure struct {
	Path string
	Mode fs.FileMode
	Err  error // why that could not be mended, or nil
}

// String says what others could do, and what became of it.
func (e Exposure) String() string {
	text := fmt.Sprintf("%s was open to others (%v)", e.Path, e.Mode)
	if e.Err != nil {
		return fmt.Sprintf("%s and could not be closed: %v; close it with chmod go-rwx", text, e.Err)
	}
	if e.Mode.IsDir() {
		return text + " and is closed now"
	}
	return text + " and is closed now; if others use this machine, replace the secrets that it gave away"
}

// private are the names of what holds secrets in a data folder, whoever made it.
func private() []string {
	return []string{databaseFile + "*", keyFile + "*", "ca-key.pem*", "backchannel.log*", "crash-*"}
}

// open are the names of what is for everyone: the authority's certificate, empty files.
func open() []string { return []string{"ca.pem*", "*.lock"} }

func named(name string, patterns []string) bool {
	return slices.ContainsFunc(patterns, func(pattern string) bool {
		matches, err := filepath.Match(pattern, name)
		return err == nil && matches
	})
}

// closeToOthers takes away what others may do with the files in a data folder, and with
// the folder if there is nothing else in it.
func closeToOthers(dir string) (found []Exposure) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil // whoever reads the files has more to say about it
	}
	shared := false
	for _, entry := range entries {
		switch {
		case named(entry.Name(), private()):
			found = append(found, closeFile(filepath.Join(dir, entry.Name()))...)
		case !named(entry.Name(), open()):
			shared = true
		}
	}
	if shared {
		return found
	}
	return append(closeFile(dir), found...)
}

// closeFile mends the mode of one file or folder, if need be and if it is ours.
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

// Told reports whether it is worth telling unasked: that a folder was open gave nothing
// away, and what cannot be mended would be told for ever.
func (e Exposure) Told() bool { return e.Err == nil && !e.Mode.IsDir() }

// tellExposed has Activity tell what was mended. Where nothing can be written, the caller
// of Exposed still tells it.
func (s *Store) tellExposed(ctx context.Context) {
	for _, e := range s.exposed {
		if e.Told() {
			_ = s.AddActivity(ctx, storage.Activity{Kind: storage.ActivityError, Text: e.String()})
		}
	}
}
