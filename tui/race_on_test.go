//go:build race

package tui

// How many sizes are tried beside the usual ones. Drawing is one goroutine's work, in which
// the race detector finds nothing, slowly.
const (
	randomSizes = 1
	strollSteps = 60
	oddSizes    = 1
)
