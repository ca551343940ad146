//go:build race

package tui

// randomSizes is how many sizes are tried beside the named ones. Drawing is one goroutine's
// work, in which the race detector finds nothing, slowly.
const randomSizes = 2
