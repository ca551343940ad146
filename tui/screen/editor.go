package screen

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"

	"backchannel/tui/component"

	tea "github.com/charmbracelet/bubbletea"
)

// Edit opens a text in the editor of $EDITOR, to which it leaves the terminal, and calls done with
// the saved text. The text is in a temporary file that only its owner can read. name is the end of
// the file's name, by which an editor recognizes the language.
func (s *Env) Edit(text, name string, done func(text string) tea.Cmd) tea.Cmd {
	if s.Editor == "" {
		return Say(Warn("$EDITOR is not set, so there is no editor to open; start the console with EDITOR=vi, say"))
	}
	editor := s.Editor
	return func() tea.Msg {
		path, err := writeTemp(text, name)
		if err != nil {
			return ToastMsg{Bad("open " + editor + ": " + err.Error())}
		}
		// A shell runs it, because the variable may contain arguments: code --wait. It has a trap so
		// that Ctrl+C, which an editor may survive, does not end the shell.
		command := exec.CommandContext(s.Context, "sh", "-c", "trap : INT; "+editor+` "$1"`, "sh", path)
		// The editor needs the terminal itself. The console's own input and output are not files, so
		// os/exec would give the editor pipes, and wait for one more key after it has ended.
		command.Stdin, command.Stdout, command.Stderr = os.Stdin, os.Stdout, os.Stderr
		return tea.Exec(editorCommand{command, s.HoldInterrupts}, func(err error) tea.Msg {
			edited, err := readTemp(path, err)
			said := Say(aboutEdit(editor, edited != text, err))
			if err != nil {
				return said()
			}
			return ContinueMsg{Then: func() tea.Cmd { return tea.Batch(done(edited), said) }}
		})()
	}
}

// An editorCommand runs an editor, whose terminal is set already. Ctrl+C is meant for the editor
// meanwhile.
type editorCommand struct {
	*exec.Cmd
	holdInterrupts func() (release func()) // nil: not needed
}

// Run implements tea.ExecCommand.
func (c editorCommand) Run() error {
	if c.holdInterrupts != nil {
		defer c.holdInterrupts()()
	}
	return c.Cmd.Run()
}

// SetStdin implements tea.ExecCommand.
func (editorCommand) SetStdin(io.Reader) {}

// SetStdout implements tea.ExecCommand.
func (editorCommand) SetStdout(io.Writer) {}

// SetStderr implements tea.ExecCommand.
func (editorCommand) SetStderr(io.Writer) {}

// aboutEdit says how an editor has ended. It takes the place of what was said about it before.
func aboutEdit(editor string, changed bool, err error) component.Toast {
	const notExecutable, notFound = 126, 127 // the shell's exit codes
	toast := Good("changed in " + editor)
	var exit *exec.ExitError
	switch {
	case errors.As(err, &exit) && (exit.ExitCode() == notExecutable || exit.ExitCode() == notFound):
		toast = Bad(editor + " cannot be run; set EDITOR to an editor that is installed; nothing was changed")
	case err != nil:
		toast = Bad(fmt.Sprintf("%s: %v; nothing was changed", editor, err))
	case !changed:
		toast = Info("nothing was changed in " + editor)
	}
	toast.ID = "editor"
	return toast
}

func writeTemp(text, name string) (path string, err error) {
	file, err := os.CreateTemp("", "backchannel-*"+name) // mode 0600
	if err != nil {
		return "", err
	}
	_, err = file.WriteString(text)
	if err = errors.Join(err, file.Close()); err != nil {
		_ = os.Remove(file.Name())
	}
	return file.Name(), err
}

// readTemp reads and removes a file, unless the editor has failed.
func readTemp(path string, failed error) (string, error) {
	defer func() { _ = os.Remove(path) }()
	if failed != nil {
		return "", failed
	}
	text, err := os.ReadFile(path)
	return string(text), err
}
