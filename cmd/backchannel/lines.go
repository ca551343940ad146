package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"sync"

	"github.com/charmbracelet/x/term"
	"golang.org/x/sys/unix"

	"backchannel/tui/style"
)

// envAccessible is the variable that also asks other terminal programs for prompts instead of
// screens.
const envAccessible = "ACCESSIBLE"

// wantsLines reports whether the environment asks for lines instead of screens. As in other
// programs, any value does except one that means false.
func (e environment) wantsLines() bool {
	text, _ := e(envAccessible)
	on, err := strconv.ParseBool(text)
	return text != "" && (on || err != nil)
}

// A lines reads answers from stdin and writes to stdout. It only appends and never changes what it
// has written, because a screen reader would miss that.
type lines struct {
	in     *os.File
	reader *bufio.Reader
	mu     sync.Mutex // guards to
	to     io.Writer
}

// newLines returns a lines that reads from in and writes to to.
func newLines(in *os.File, to io.Writer) *lines {
	return &lines{in: in, reader: bufio.NewReader(in), to: to}
}

// Write implements io.Writer. Each call must write whole lines, because another goroutine writes
// notices.
func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.to.Write(p)
}

// Say writes a line.
func (l *lines) Say(text string) { _, _ = fmt.Fprintln(l, style.EscapeMultiline(text)) }

// prompts reports whether the answers come from a terminal, which shows them after the question.
// Answers from a pipe are not shown, so a question must end its line.
func (l *lines) prompts() bool { return term.IsTerminal(l.in.Fd()) }

// question writes a question.
func (l *lines) question(text string) {
	if !l.prompts() {
		text = strings.TrimRight(text, " ") + "\n"
	}
	_, _ = io.WriteString(l, style.EscapeMultiline(text))
}

// Ask writes a question and returns the next line. At the end of the input it returns io.EOF.
func (l *lines) Ask(ctx context.Context, question string) (string, error) {
	l.question(question)
	return l.line(ctx)
}

// AskSecret is like Ask, but the terminal does not show the answer.
func (l *lines) AskSecret(ctx context.Context, question string) (string, error) {
	if !l.prompts() {
		return l.Ask(ctx, question)
	}
	restore, err := hideTyping(l.in.Fd())
	if err != nil {
		return "", fmt.Errorf("hide what is typed: %w", err)
	}
	defer func() {
		restore()
		l.Say("")
	}()
	l.question(question) // last: from here on someone may type, or paste
	return l.line(ctx)
}

// hideTyping stops the terminal from showing what is typed, until restore is called.
func hideTyping(fd uintptr) (restore func(), err error) {
	before, err := term.GetState(fd)
	if err != nil {
		return nil, err
	}
	hidden := *before
	hidden.Lflag &^= unix.ECHO
	return func() { _ = term.Restore(fd, before) }, term.SetState(fd, &hidden)
}

// line reads a line, unless ctx ends first.
func (l *lines) line(ctx context.Context) (string, error) {
	return await(ctx, func() (string, error) {
		text, err := l.reader.ReadString('\n')
		if text != "" {
			err = nil // the last line may lack a line break
		}
		return strings.TrimRight(text, "\r\n"), err
	})
}

// await calls read and returns its result, or the error of ctx if that is done first. read then
// continues in the background, so nothing else may read from the same input afterwards.
func await(ctx context.Context, read func() (string, error)) (string, error) {
	if err := ctx.Err(); err != nil {
		return "", err
	}
	type answer struct {
		text string
		err  error
	}
	done := make(chan answer, 1)
	go func() {
		text, err := read()
		done <- answer{text, err}
	}()
	select {
	case <-ctx.Done():
		return "", ctx.Err()
	case a := <-done:
		return a.text, a.err
	}
}

// inputEnded reports whether an error only means that there is nothing more to do.
func inputEnded(err error) bool { return errors.Is(err, io.EOF) || errors.Is(err, context.Canceled) }
