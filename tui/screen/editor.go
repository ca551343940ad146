package screen

import (
	"errors"
	"fmt"
	"os"
	"os/exec"

	tea "github.com/charmbracelet/bubbletea"
)

// Edit has a text edited by the person's own editor, which gets the terminal meanwhile, and calls
// done with what was saved. The file is readable by its owner only, and removed afterwards. name
// is how it ends, by which an editor knows the language.
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
		// By a shell, because the variable may hold arguments, too: code --wait.
		command := exec.CommandContext(s.Context, "sh", "-c", editor+` "$1"`, "sh", path)
		// The terminal itself: what the console reads and writes is no file, so that the editor would
		// get pipes, and its end would wait for one more key.
		command.Stdin, command.Stdout, command.Stderr = os.Stdin, os.Stdout, os.Stderr
		return tea.ExecProcess(command, func(err error) tea.Msg {
			edited, err := readTemp(path, err)
			if err != nil {
				return ToastMsg{Bad(fmt.Sprintf("%s: %v; nothing was changed", editor, err))}
			}
			return ContinueMsg{Then: func() tea.Cmd { return done(edited) }}
		})()
	}
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
