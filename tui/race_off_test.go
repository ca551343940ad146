//go:build !race

package tui

const randomSizes = 6
