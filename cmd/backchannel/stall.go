package main

import (
	"cmp"
	"strings"
	"sync"
)

// A stallNotes notes when the database cannot be used and when deliveries are waiting. While the
// database cannot be used, it does not note the second, which follows from the first.
type stallNotes struct {
	processSession

	mu    sync.Mutex // guards what follows
	lost  bool
	noted string // the last reason noted why deliveries are waiting; empty: they are not
}

// setLost notes that the database cannot be used, or with nil that it can be again.
func (n *stallNotes) setLost(lost error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.lost = lost != nil
	n.noteLost(lost)
}

// setStalled notes why deliveries are waiting, or with an empty reason that they continue. It does
// not repeat a reason that was part of the last one.
func (n *stallNotes) setStalled(reason string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if reason == "" && n.noted == "" || reason != "" && (n.lost || strings.Contains(n.noted, reason)) {
		return
	}
	n.noteStall(reason)
	n.noted = reason
}

// A stallBanner is the text in the banner above the console's screens while the database cannot be
// used or deliveries are waiting.
type stallBanner struct {
	show func(text string) // replaces the text; "" removes the banner

	mu            sync.Mutex // guards what follows
	lost, stalled string
}

// setLost shows that the database cannot be used, or with nil that it can be again.
func (b *stallBanner) setLost(lost error) {
	text := ""
	if lost != nil {
		text = lost.Error()
	}
	b.set(&b.lost, text)
}

// setStalled shows why deliveries are waiting, or with an empty reason that they continue.
func (b *stallBanner) setStalled(reason string) { b.set(&b.stalled, reason) }

// set changes one of the two texts. If both are set, it shows the loss of the database, which
// explains the other.
func (b *stallBanner) set(which *string, text string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	*which = text
	b.show(cmp.Or(b.lost, b.stalled))
}
