package main

import (
	"fmt"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/charmbracelet/x/term"
)

// A progress shows how many of many items are done, on one line of the terminal, which it
// overwrites and finally erases. A nil progress shows nothing.
type progress struct {
	session *session
	total   int

	mu    sync.Mutex // guards the fields below, because an interruption clears the line in another goroutine
	done  int
	shown time.Time
	line  string
}

// minProgress is the number of items from which progress is shown.
const minProgress = 20

// progress returns a progress, or nil if there are few items, the output is JSON, or stderr is not
// a terminal.
func (s *session) progress(total int) *progress {
	stderr, isFile := s.err.(*os.File)
	if total < minProgress || s.settings.json() || !isFile || !term.IsTerminal(stderr.Fd()) {
		return nil
	}
	return &progress{session: s, total: total}
}

// add counts n more items as done, and shows the count.
func (p *progress) add(n int, what string) {
	if p == nil {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.done += n
	p.update(fmt.Sprintf("%d of %d %s", p.done, p.total, what))
}

// show replaces the line, at most ten times a second.
func (p *progress) show(line string) {
	if p == nil {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.update(line)
}

// update writes a line unless one was written just now. The caller holds mu.
func (p *progress) update(line string) {
	if now := p.session.now(); now.Sub(p.shown) >= time.Second/10 {
		p.shown = now
		p.write(line)
	}
}

// clear erases the line and resets the count.
func (p *progress) clear() {
	if p == nil {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.line == "" {
		return
	}
	p.done = 0
	p.write("")
	fmt.Fprint(p.session.err, "\r")
}

// write overwrites the line. The caller holds mu.
func (p *progress) write(line string) {
	// Spaces cover the rest of a longer line, because not every terminal has an escape sequence for
	// that.
	fmt.Fprint(p.session.err, "\r"+line+strings.Repeat(" ", max(0, len(p.line)-len(line))))
	p.line = line
}
