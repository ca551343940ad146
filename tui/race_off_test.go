//go:build !race

package tui

const (
	randomSizes = 6
	strollSteps = 120
	oddSizes    = 6
)
