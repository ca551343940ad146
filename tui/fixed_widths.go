package tui

import (
	"strings"

	"backchannel/tui/style"

	"github.com/charmbracelet/x/ansi"
)

// fixWidths makes lines look the same on every terminal. Terminals disagree on the width of
// emoji, joined characters and some scripts, so foreign text could shift what follows it, wrap,
// or leave parts of an earlier frame on the screen.
func fixWidths(screen string) string {
	if !strings.ContainsFunc(screen, isDisputed) {
		return screen
	}
	lines := strings.Split(screen, "\n")
	for i, line := range lines {
		lines[i] = fixLineWidths(line)
	}
	return strings.Join(lines, "\n")
}

// fixLineWidths sets the cursor to the right column after each character whose width terminals
// disagree about. It first erases the line and turns wrapping off, because a terminal may draw the
// line wider than it is.
func fixLineWidths(line string) string {
	if !strings.ContainsFunc(line, isDisputed) {
		return line
	}
	var b strings.Builder
	column, disputed := 1, false
	var state byte
	for rest := line; rest != ""; {
		part, width, n, next := ansi.DecodeSequence(rest, state, nil)
		rest, state = rest[n:], next
		switch {
		case width == 0:
		case strings.ContainsFunc(part, isDisputed):
			disputed = true
		case disputed:
			b.WriteString(ansi.CursorHorizontalAbsolute(column))
			disputed = false
		}
		b.WriteString(part)
		column += width
	}
	return ansi.EraseLineRight + ansi.ResetModeAutoWrap + b.String() + ansi.SetModeAutoWrap
}

// isDisputed reports whether terminals may disagree on the width of a character. They agree on
// the letters of Europe's alphabets, punctuation, arrows, lines, and the console's own glyphs.
func isDisputed(r rune) bool {
	switch {
	case r < 0x300, r >= 0x370 && r < 0x590, r >= 0x2010 && r < 0x2300, r >= 0x2500 && r < 0x25fd:
		return false
	}
	return !strings.ContainsRune(style.Check+style.Cross, r)
}
