package storage

import (
	"errors"
	"fmt"
	"strings"

	"backchannel/storage/pemfile"
)

// ExplainFile returns err with the command that repairs the PEM file, if there is one.
func ExplainFile(path string, err error) error {
	return explain(err, func(filter string) string { return repairFile(path, filter) })
}

// Explain returns err with the command that repairs the PEM that the secret names or
// contains, if there is one.
func (s Secret) Explain(err error) error {
	return explain(err, s.repair)
}

// explain returns err with the instruction that repair returns, if there is a command that fixes
// the PEM.
func explain(err error, repair func(filter string) string) error {
	var fault *pemfile.Fault
	if !errors.As(err, &fault) || fault.Filter == "" {
		return err
	}
	return fmt.Errorf("%s; %s", fault.What, repair(fault.Filter))
}

// repair returns the instruction to pass the secret through filter, a shell command, where
// the secret is kept.
func (s Secret) repair(filter string) string {
	if name, ok := strings.CutPrefix(string(s), envPrefix); ok {
		return fmt.Sprintf(`repair it, where backchannel runs, with export %s="$(printenv %s | %s)"`, name, name, filter)
	}
	if path, ok := strings.CutPrefix(string(s), filePrefix); ok {
		return repairFile(path, filter)
	}
	return "enter it again as it comes from " + filter + " < FILE"
}

// repairFile returns the instruction to pass a file through filter into a new one: the shell
// would empty the old one before the filter reads it.
func repairFile(path, filter string) string {
	return "repair a copy with " + filter + " < " + shellPath(path) + " > NEWFILE, and name that"
}

// shellPath returns path as one word of a shell. Unlike in other words, a slash needs no
// quotes.
func shellPath(path string) string {
	if shellWord(strings.ReplaceAll(path, "/", "_")) == strings.ReplaceAll(path, "/", "_") {
		return path
	}
	return shellWord(path)
}
