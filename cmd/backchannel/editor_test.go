package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// editors creates editors in a folder: one that changes the file, one that fails and one that leaves the
// file empty.
func editors(t *testing.T, dir string) (good, failing, emptying string) {
	t.Helper()
	script := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte("#!/bin/sh\n"+text), 0o700); err != nil {
			t.Fatal(err)
		}
		return path
	}
	// It fails unless it has the terminal, and gets its arguments before the file.
	good = script("good", `[ -t 0 ] && [ -t 1 ] && [ $# = 3 ] && [ "$1 $2" = "--wait my way" ] || exit 9
printf '{"edited": "%s"}\n' "$(stat -c %a "$3")" > "$3"
`)
	return good + " --wait 'my way'", script("failing", `echo '{"edited": "lost"}' > "$1"; exit 1`), script("emptying", `: > "$1"`)
}

// The body to be sent again is edited in the user's own editor, which gets the terminal and may fail.
func TestEditingTheBodyInAnEditor(t *testing.T) {
	t.Parallel()
	good, failing, emptying := editors(t, t.TempDir())
	for name, test := range map[string]struct {
		visual, editor string
		see            []string
	}{
		"an editor with arguments": {"", good, []string{"600"}},
		"VISUAL before EDITOR":     {good, failing, []string{"600"}},
		"the editor fails":         {"", failing, []string{"exit status 1"}},
		"the file is left empty":   {"", emptying, []string{"stands,"}},
		"there is no such program": {"", "/no/such/editor", []string{"/no/such/editor cannot be run; set EDITOR"}},
		"no editor is set":         {"", "", []string{"$EDITOR is not set"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := consoleWithADelivery(t, "VISUAL="+test.visual, "EDITOR="+test.editor)
			s.press("3")
			s.see("replay")
			s.press("R")
			s.see("Edit and resend to acme", "requestId", "editor")
			s.press("\x0f")
			s.see(test.see...)
			_ = s.cmd.Process.Kill()
		})
	}
}

// Ctrl+C in an editor is the editor's: it may go on, or end. The console stays open.
func TestCtrlCInAnEditor(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ script, see string }{
		"the editor goes on": {`trap 'got=it' INT; echo editing; until [ -n "$got" ]; do sleep 0.1; done; echo '{"edited": "on"}' > "$1"`, `"on"`},
		"the editor ends":    {`echo editing; exec sleep 600`, "130;"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "editor")
			if err := os.WriteFile(path, []byte("#!/bin/sh\n"+test.script), 0o700); err != nil {
				t.Fatal(err)
			}
			s := consoleWithADelivery(t, "VISUAL=", "EDITOR="+path)
			s.press("3")
			s.see("replay")
			s.press("R")
			s.see("Edit and resend to acme", "requestId", "editor")
			s.press("\x0f")
			s.see("editing")
			s.press("\x03")
			s.see(test.see)
			s.press("\x03") // now it is the console's
			s.wantExit(exitDone)
		})
	}
}

// consoleWithADelivery starts a console with a delivery that is parked because its webhook is paused.
func consoleWithADelivery(t *testing.T, env ...string) *terminalProgram {
	t.Helper()
	data := t.TempDir()
	for _, line := range []string{"webhook create --name acme --channel email --url https://hooks.example.com", "webhook pause acme", "fire bounce --webhook acme"} {
		onTerminal(t, data, strings.Fields(line)...)
	}
	program := programPath(t)
	s := startOnTerminal(t, "env", append(append(env, envData+"="+data), program)...)
	s.see("acme")
	return s
}
