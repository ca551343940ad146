//go:build !race

package tui

const (
	randomSizes = 6
	walkSteps   = 120
	oddSizes    = 6
)
