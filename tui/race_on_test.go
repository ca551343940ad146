//go:build race

package tui

// How many random sizes are tried. Drawing happens in one goroutine, so the race detector only
// slows it down.
const (
	randomSizes = 1
	walkSteps   = 60
	oddSizes    = 1
)
