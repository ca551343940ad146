//go:build !race

package receiver

const (
	memoryFactor = 1
	usualCrowd   = 2000
	mutantStep   = 1
)
