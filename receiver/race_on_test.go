//go:build race

package receiver

const (
	// memoryFactor is how much more memory the race detector takes (go.dev/doc/articles/race_detector).
	memoryFactor = 10
	// usualCrowd is how many connections are open at once. They share the same code, so that
	// a race shows among a few hundred of them.
	usualCrowd = 400
	// mutantStep is the distance of the bodies that the schemas judge: one goroutine judges
	// them, so that there is no race to find.
	mutantStep = 11
)
