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

	"backchannel/tui/style"
)

// tmuxTimeout is how long tmux may take to store a text.
const tmuxTimeout = 2 * time.Second

// copy puts a text on the clipboard of the person's own machine, also across SSH. It returns how far
// that is known to have worked, because no terminal confirms it. Within tmux it asks tmux to copy the
// text, because by default (set-clipboard external) tmux ignores the escape sequence of a program.
func (t *terminal) copy(ctx context.Context, text string) (how string, err error) {
	inTmux := os.Getenv("TMUX") != ""
	if inTmux {
		if passed, err := keepInTmux(ctx, text); err == nil {
			how := "copied to tmux: prefix ] pastes it"
			if passed {
				how += "; sent to the terminal's clipboard too, unless tmux's set-clipboard is off"
			}
			return how, nil
		}
	}
	if hasNoClipboard(os.Getenv("TERM"), os.Getenv("TERM_PROGRAM")) {
		return "", errors.New("this terminal has no clipboard")
	}
	if _, err := t.Write([]byte(clipboardSequence(os.Getenv("TERM"), text))); err != nil {
		return "", err
	}
	if inTmux {
		return "sent to the terminal's clipboard, which tmux lets through with set-clipboard on", nil
	}
	return "sent to the terminal's clipboard", nil
}

// keepInTmux puts a text into tmux's paste buffer. From version 3.2 on (-w), tmux also sends it to the
// clipboard of its terminal, which passed reports.
func keepInTmux(ctx context.Context, text string) (passed bool, err error) {
	ctx, cancel := context.WithTimeout(ctx, tmuxTimeout)
	defer cancel()
	load := func(options ...string) error {
		cmd := exec.CommandContext(ctx, "tmux", append(append([]string{"load-buffer"}, options...), "-")...)
		cmd.Stdin = strings.NewReader(text)
		return cmd.Run()
	}
	if load("-w") == nil {
		return true, nil
	}
	return false, load()
}

// hasNoClipboard reports whether a terminal is known not to support OSC 52.
func hasNoClipboard(term, program string) bool {
	return term == "linux" || term == "dumb" || program == "Apple_Terminal"
}

// plainText shows a text outside of the alternate screen until a person presses enter. There a person can
// select it without the line breaks that the console would add.
type plainText struct {
	ctx         context.Context
	label, text string
	in          io.Reader
	out         io.Writer
}

// SetStdin and the methods below implement tea.ExecCommand.
func (a *plainText) SetStdin(r io.Reader)  { a.in = r }
func (a *plainText) SetStdout(w io.Writer) { a.out = w }
func (a *plainText) SetStderr(io.Writer)   {}

// Run shows the text until there is a line of input, or the context ends.
func (a *plainText) Run() error {
	_, err := fmt.Fprintf(a.out, "\n%s:\n\n%s\n\nSelect it with the mouse. Press enter to go back to the console. ", a.label, style.EscapeMultiline(a.text))
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
