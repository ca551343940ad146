//go:build race

package check_test

// defectStep is 1 where each defect is tried, n where each nth is: under the race detector a run of the whole
// suite takes ten times as long, and the same code runs for each defect.
const defectStep = 4
