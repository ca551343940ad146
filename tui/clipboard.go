package tui

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"time"

	"backchannel/tui/screen"
	"backchannel/tui/style"

	tea "github.com/charmbracelet/bubbletea"
)

// tmuxPatience is how long tmux may take to keep a text.
const tmuxPatience = 2 * time.Second

// copy puts text on the clipboard of the machine that the person sits at, as far as that
// can be done, across SSH too, and says how far that is: no terminal confirms it. Within
// tmux it goes through tmux itself, which by default (set-clipboard external) passes over
// the sequence that a program writes.
func (t *terminal) copy(ctx context.Context, text string) (how string, err error) {
	if os.Getenv("TMUX") != "" && keepInTmux(ctx, text) == nil {
		return "copied to tmux: prefix ] pastes it, and the terminal has it if it takes it", nil
	}
	if hasNoClipboard(os.Getenv("TERM"), os.Getenv("TERM_PROGRAM")) {
		return "", errors.New("this terminal has no clipboard")
	}
	if _, err := t.Write([]byte(clipboardSequence(os.Getenv("TERM"), text))); err != nil {
		return "", err
	}
	return "sent to the terminal, which has it on its clipboard if it takes it", nil
}

// keepInTmux gives tmux a text for its paste buffer, and with -w, from 3.2 on, for the
// terminal around it.
func keepInTmux(ctx context.Context, text string) error {
	ctx, cancel := context.WithTimeout(ctx, tmuxPatience)
	defer cancel()
	load := func(options ...string) error {
		cmd := exec.CommandContext(ctx, "tmux", append(append([]string{"load-buffer"}, options...), "-")...)
		cmd.Stdin = strings.NewReader(text)
		return cmd.Run()
	}
	if load("-w") == nil {
		return nil
	}
	return load()
}

// hasNoClipboard reports whether a terminal is known not to take OSC 52.
func hasNoClipboard(term, program string) bool {
	return term == "linux" || term == "dumb" || program == "Apple_Terminal"
}

// aside shows a text outside of the screens, where the terminal can select and copy it, line
// breaks of its own included, until enter.
type aside struct {
	ctx         context.Context
	label, text string
	in          io.Reader
	out         io.Writer
}

func (a *aside) SetStdin(r io.Reader)  { a.in = r }
func (a *aside) SetStdout(w io.Writer) { a.out = w }
func (a *aside) SetStderr(io.Writer)   {}

// Run shows the text until a line comes, or the program is told to end.
func (a *aside) Run() error {
	_, err := fmt.Fprintf(a.out, "\n%s:\n\n%s\n\nSelect it with the mouse. Enter leads back to the console. ", a.label, style.EscapeMultiline(a.text))
	if err != nil {
		return err
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		_, _ = bufio.NewReader(a.in).ReadString('\n')
	}()
	select {
	case <-done:
	case <-a.ctx.Done():
	}
	return nil
}

// showCopied shows what was copied last.
func (m *Model) showCopied() tea.Cmd {
	if m.copied.Label == "" {
		return screen.Say(screen.Info("Nothing was copied yet: y copies"))
	}
	shown := &aside{ctx: m.env.Context, label: m.copied.Label, text: m.copied.Text}
	return tea.Exec(shown, func(err error) tea.Msg {
		if err != nil {
			return screen.ToastMsg{Toast: screen.Bad("show " + shown.label + ": " + err.Error())}
		}
		return nil
	})
}
