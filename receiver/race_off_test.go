//go:build !race

package receiver

const memoryFactor = 1
