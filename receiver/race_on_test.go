//go:build race

package receiver

const (
	// memoryFactor is how much more memory the race detector takes (go.dev/doc/articles/race_detector).
	memoryFactor = 10
	// usualCrowd is how many connections are open at once. They run the same code, so a few hundred of
	// them are enough to find a race.
	usualCrowd = 400
	// mutantStep selects every nth body for the schemas to judge. One goroutine judges them, so there is
	// no race to find.
	mutantStep = 11
)
