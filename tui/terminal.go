package tui

import (
	"os"
	"strings"

	"github.com/aymanbagabas/go-osc52/v2"
)

// keyboard is the terminal to read from. Its end, without a signal when it is not the one
// that controls the process, must not leave a console that nobody sees.
type keyboard struct {
	*os.File
	gone func()
	keys keyDecoder
}

func (k *keyboard) Read(p []byte) (int, error) {
	room := p[:max(1, len(p)-len(k.keys.held))] // so that p holds what was held back, too
	n, err := k.File.Read(room)
	if err != nil {
		k.gone()
	}
	return copy(p, k.keys.decode(room[:n], n == len(room))), err
}

// clipboardSequence is OSC 52, and for a multiplexer once more in the wrapping
// by which it reaches the terminal around it.
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
