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

// envAccessible is the variable by which other terminal programs are asked for prompts instead of
// screens as well.
const envAccessible = "ACCESSIBLE"

// wantsLines reports whether the environment asks for lines instead of screens. Any value except
// one that means no does, as in other programs.
func (e environment) wantsLines() bool {
	text, _ := e(envAccessible)
	on, err := strconv.ParseBool(text)
	return text != "" && (on || err != nil)
}

// A lines asks on stdin and answers on stdout. Everything is appended; nothing that was written
// is changed, which a screen reader would miss.
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

// Write implements io.Writer. Each call writes whole lines, because notices are written by
// another goroutine.
func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.to.Write(p)
}

// Say writes a line.
func (l *lines) Say(text string) { _, _ = fmt.Fprintln(l, style.EscapeMultiline(text)) }

// prompts reports whether the answers come from a terminal, which shows them after the question.
// Nothing is shown of answers from a pipe, so what follows needs a line of its own.
func (l *lines) prompts() bool { return term.IsTerminal(l.in.Fd()) }

// question writes a question.
func (l *lines) question(text string) {
	if !l.prompts() {
		text = strings.TrimRight(text, " ") + "\n"
	}
	_, _ = io.WriteString(l, style.EscapeMultiline(text))
}

// Ask asks, and returns the line that answers. The end of input is io.EOF.
func (l *lines) Ask(ctx context.Context, question string) (string, error) {
	l.question(question)
	return l.line(ctx)
}

// AskSecret is Ask without the terminal showing the answer.
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

// hideTyping stops the terminal from showing what is typed, until restore.
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
			err = nil // the last line may lack its end
		}
		return strings.TrimRight(text, "\r\n"), err
	})
}

// await calls read and returns its result, or the error of ctx if that ends first. read then goes
// on in the background, so nothing else may read from the same input afterwards.
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
