package tui

import (
	"os"
	"strings"

	"github.com/aymanbagabas/go-osc52/v2"
)

// keyboard reads keys from a terminal. It calls gone when the terminal is closed, because SIGHUP is only
// sent to processes whose controlling terminal it is.
type keyboard struct {
	*os.File
	gone func()
	keys keyDecoder
}

// Read reads keys, decoded to what bubbletea understands.
func (k *keyboard) Read(p []byte) (int, error) {
	free := p[:max(1, len(p)-len(k.keys.held))] // the held bytes must fit into p, too
	n, err := k.File.Read(free)
	if err != nil {
		k.gone()
	}
	return copy(p, k.keys.decode(free[:n], n == len(free))), err
}

// clipboardSequence returns OSC 52 with a text. Within a multiplexer, it adds the sequence in the form
// that the multiplexer passes on to its terminal.
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
