package tui

import (
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"

	tea "github.com/charmbracelet/bubbletea"
)

// typedBefore returns the keys that were typed before the console started.
func typedBefore(typed []byte) []pendingKey {
	var all []pendingKey
	for _, key := range keysOf(new(keyDecoder).decode(typed, false)) {
		all = append(all, pendingKey{key: key})
	}
	return all
}

// keysOf decodes letters and control codes. It skips escape sequences, which are arrow keys or
// answers of the terminal to queries.
func keysOf(typed []byte) []tea.KeyMsg {
	var keys []tea.KeyMsg
	var state byte
	for rest := typed; len(rest) > 0; {
		part, width, n, next := ansi.DecodeSequence(rest, state, nil)
		rest, state = rest[n:], next
		if string(part) == "\x1bO" && len(rest) > 0 {
			rest = rest[1:] // a function key's name
		}
		r, _ := utf8.DecodeRune(part)
		switch {
		case r == ' ':
			keys = append(keys, tea.KeyMsg{Type: tea.KeySpace, Runes: []rune{' '}})
		case width > 0 && r != utf8.RuneError:
			keys = append(keys, tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune(string(part))})
		case n == 1 && (r < ' ' || r == 0x7f):
			keys = append(keys, tea.KeyMsg{Type: tea.KeyType(r)})
		}
	}
	return keys
}
