package tui

import (
	"os"
	"strings"

	"github.com/aymanbagabas/go-osc52/v2"
)

// keyboard reads keys from a terminal. When the terminal goes away it calls gone, because there
// is no signal unless it is the terminal that controls the process.
type keyboard struct {
	*os.File
	gone func()
	keys keyDecoder
}

// Read reads keys, decoded to what bubbletea understands.
func (k *keyboard) Read(p []byte) (int, error) {
	room := p[:max(1, len(p)-len(k.keys.held))] // so that what was held back fits in p, too
	n, err := k.File.Read(room)
	if err != nil {
		k.gone()
	}
	return copy(p, k.keys.decode(room[:n], n == len(room))), err
}

// clipboardSequence returns OSC 52 with a text. For a multiplexer, it adds the sequence in the
// form that is passed to the terminal around it.
func clipboardSequence(term, text string) string {
	sequence := osc52.New(text)
	switch plain := sequence.String(); {
	case strings.HasPrefix(term, "tmux"):
		return plain + sequence.Tmux().String()
	case strings.HasPrefix(term, "screen"):
		return plain + sequence.Screen().String()
	default:
		return plain
	}
}
