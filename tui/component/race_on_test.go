//go:build race

package component

// With the race detector, fewer views are drawn: it makes drawing slow, and cannot find a race in a
// single goroutine.
const (
	randomForms = uint64(4) // the number of forms that are filled in at random
	stride      = 7         // from one tested width to the next
)
