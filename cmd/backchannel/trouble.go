package main

import (
	"cmp"
	"sync"
)

// lossNotes tell that the database cannot be used, and that deliveries wait, which goes without
// saying in the first case.
type lossNotes struct {
	processSession

	mu   sync.Mutex // guards what follows
	lost bool
	told bool // that deliveries wait
}

// lose says that the database's files are no longer in place or that it cannot be reached, or
// with nil that it is as it was.
func (n *lossNotes) lose(lost error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.lost = lost != nil
	n.noteLost(lost)
}

// trouble says why deliveries wait, or with an empty reason that they continue.
func (n *lossNotes) trouble(reason string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if begins := reason != ""; begins != n.told && (!begins || !n.lost) {
		n.noteTrouble(reason)
		n.told = begins
	}
}

// A troubleBanner is what stands above the console's screens as long as the database cannot be
// used, or as deliveries wait.
type troubleBanner struct {
	show func(text string) // instead of what was shown before; nothing if it is empty

	mu          sync.Mutex // guards what follows
	lost, stall string
}

func (b *troubleBanner) lose(lost error) {
	text := ""
	if lost != nil {
		text = lost.Error()
	}
	b.set(&b.lost, text)
}

func (b *troubleBanner) trouble(reason string) { b.set(&b.stall, reason) }

func (b *troubleBanner) set(which *string, text string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	*which = text
	b.show(cmp.Or(b.lost, b.stall))
}
