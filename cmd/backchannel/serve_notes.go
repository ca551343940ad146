package main

import "sync"

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
	if begins := reason != ""; begins != n.told && !(begins && n.lost) {
		n.noteTrouble(reason)
		n.told = begins
	}
}
