package main

import (
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/charmbracelet/x/term"
)

// A progress tells a person on a terminal how far many events are, on one line that is
// written over and taken away in the end. A nil one says nothing.
type progress struct {
	session *session
	total   int
	done    int
	said    time.Time
	line    string
}

// someTime is how many events are too few to wait for.
const someTime = 20

func (s *session) progress(total int) *progress {
	stderr, isFile := s.err.(*os.File)
	if total < someTime || s.settings.json() || !isFile || !term.IsTerminal(stderr.Fd()) {
		return nil
	}
	return &progress{session: s, total: total}
}

// add tells how many are done, at most ten times a second.
func (p *progress) add(n int, what string) {
	if p == nil {
		return
	}
	p.done += n
	if now := p.session.now(); now.Sub(p.said) >= time.Second/10 {
		p.said = now
		p.write(fmt.Sprintf("%d of %d %s", p.done, p.total, what))
	}
}

// clear takes the line away and begins anew.
func (p *progress) clear() {
	if p == nil || p.line == "" {
		return
	}
	p.done = 0
	p.write("")
	fmt.Fprint(p.session.err, "\r")
}

func (p *progress) write(line string) {
	fmt.Fprint(p.session.err, "\r"+line+strings.Repeat(" ", max(0, len(p.line)-len(line))))
	p.line = line
}
