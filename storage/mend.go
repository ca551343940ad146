package storage

import (
	"errors"
	"fmt"
	"strings"

	"backchannel/storage/pemfile"
)

// MendFile says what is wrong with a PEM file, with the command that mends it if there is one.
func MendFile(path string, err error) error {
	return mended(err, func(filter string) string { return mendFile(path, filter) })
}

// Mend is MendFile for what a secret names or holds.
func (s Secret) Mend(err error) error {
	return mended(err, s.mend)
}

func mended(err error, with func(filter string) string) error {
	var fault *pemfile.Fault
	if !errors.As(err, &fault) || fault.Filter == "" {
		return err
	}
	return fmt.Errorf("%s; %s", fault.What, with(fault.Filter))
}

// mend says how a filter is applied to where the secret is kept.
func (s Secret) mend(filter string) string {
	if name, ok := strings.CutPrefix(string(s), envPrefix); ok {
		return fmt.Sprintf(`mend it, where backchannel runs, with export %s="$(printenv %s | %s)"`, name, name, filter)
	}
	if path, ok := strings.CutPrefix(string(s), filePrefix); ok {
		return mendFile(path, filter)
	}
	return "enter it again as it comes from " + filter + " < FILE"
}

func mendFile(path, filter string) string {
	return "mend a copy with " + filter + " < " + shellPath(path) + " > NEWFILE, and name that"
}

// shellPath leaves the slashes of a path alone, and quotes the rest of it where needed.
func shellPath(path string) string {
	if shellWord(strings.ReplaceAll(path, "/", "_")) == strings.ReplaceAll(path, "/", "_") {
		return path
	}
	return shellWord(path)
}
