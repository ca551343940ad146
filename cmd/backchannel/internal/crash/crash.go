// Package crash turns a panic into an error with its stack trace, so that the terminal can be
// restored before the program ends. Run every goroutine through [Guard], because a panic in
// one that is not guarded ends the process at once. [Panic.Save] writes the trace to a file.
package crash

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime/debug"
	"time"
)

// A Panic is a recovered panic.
type Panic struct {
	Value any
	Stack []byte
}

func (p *Panic) Error() string { return fmt.Sprintf("a bug in backchannel: %v", p.Value) }

// Guard calls run and returns a panic in it as a *Panic.
func Guard(run func() error) (err error) {
	defer func() {
		if value := recover(); value != nil {
			err = &Panic{Value: value, Stack: debug.Stack()}
		}
	}()
	return run()
}

// Save writes the panic to a new file in a folder and returns its path.
func (p *Panic) Save(dir string, at time.Time, version string) (string, error) {
	path := filepath.Join(dir, "crash-"+at.UTC().Format("20060102T150405.000Z")+".log")
	text := fmt.Sprintf("backchannel %s\n%s\npanic: %v\n\n%s", version, at.UTC().Format(time.RFC3339Nano), p.Value, p.Stack)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		return "", fmt.Errorf("write crash log: %w", err)
	}
	return path, nil
}
