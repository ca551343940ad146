//go:build race

package receiver

// memoryFactor is how much more memory the race detector takes (go.dev/doc/articles/race_detector).
const memoryFactor = 10
