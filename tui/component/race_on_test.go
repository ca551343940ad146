//go:build race

package component

// Drawing is one goroutine's work, in which the race detector finds nothing, slowly.
const (
	randomForms = uint64(4) // how many forms are filled in at random
	stride      = 7         // from one width to the next of those that are tried
)
