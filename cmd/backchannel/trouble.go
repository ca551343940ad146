package main

import (
	"cmp"
	"strings"
	"sync"
)

// A lossNotes says when the database cannot be used and when deliveries wait. The second is not
// worth saying while the first holds.
type lossNotes struct {
	processSession

	mu   sync.Mutex // guards what follows
	lost bool
	told string // why deliveries wait, as said last; empty: that they do not
}

// lose says that the database's files are no longer in place or that it cannot be reached, or
// with nil that it is as it was.
func (n *lossNotes) lose(lost error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.lost = lost != nil
	n.noteLost(lost)
}

// trouble says why deliveries wait, or with an empty reason that they continue. It says nothing of
// a reason that is a part of what it said last.
func (n *lossNotes) trouble(reason string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if reason == "" && n.told == "" || reason != "" && (n.lost || strings.Contains(n.told, reason)) {
		return
	}
	n.noteTrouble(reason)
	n.told = reason
}

// A troubleBanner is the banner above the console's screens while the database cannot be used or
// deliveries wait.
type troubleBanner struct {
	show func(text string) // instead of what was shown before; nothing if it is empty

	mu          sync.Mutex // guards what follows
	lost, stall string
}

// lose shows that the database cannot be used, or with nil that it can be again.
func (b *troubleBanner) lose(lost error) {
	text := ""
	if lost != nil {
		text = lost.Error()
	}
	b.set(&b.lost, text)
}

// trouble shows why deliveries wait, or with an empty reason that they continue.
func (b *troubleBanner) trouble(reason string) { b.set(&b.stall, reason) }

// set changes one of the two texts. The loss of the database is the one shown, since it explains
// the other.
func (b *troubleBanner) set(which *string, text string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	*which = text
	b.show(cmp.Or(b.lost, b.stall))
}
