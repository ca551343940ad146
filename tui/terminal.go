package tui

import (
	"os"
	"strings"
	"sync"

	"github.com/aymanbagabas/go-osc52/v2"
)

// terminal lets the clipboard's escape sequence and the drawing of the screen
// take turns.
type terminal struct {
	*os.File
	mu sync.Mutex // one write at a time
}

func (t *terminal) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.File.Write(p)
}

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
