package column

import (
	"cmp"
	"maps"
	"slices"

	"backchannel/storage"
)

// Tallies counts the attempts that a transaction stores: how many there are of each kind.
type Tallies map[AttemptKind]int64

// An AttemptKind is what is alike in attempts of one webhook that are counted together: a
// tally without its number.
type AttemptKind struct {
	Webhook storage.ID
	storage.AttemptTally
}

// Add counts an attempt.
func (t *Tallies) Add(webhook storage.ID, a *storage.Attempt) {
	if *t == nil {
		*t = Tallies{}
	}
	kind := AttemptKind{webhook, a.Tally()}
	n := kind.N
	kind.N = 0
	(*t)[kind] += n
}

// Kinds returns the kinds in an order that is the same in every transaction, so that two of them
// do not wait for each other in turn.
func (t Tallies) Kinds() []AttemptKind {
	return slices.SortedFunc(maps.Keys(t), func(a, b AttemptKind) int {
		return cmp.Or(cmp.Compare(a.Webhook, b.Webhook), cmp.Compare(a.Period, b.Period), cmp.Compare(a.Class, b.Class), cmp.Compare(a.Took, b.Took))
	})
}
