//go:build !race

package tui

const (
	randomSizes = 6
	oddSizes    = 6
)
