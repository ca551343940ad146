//go:build race

package check_test

// defectStep selects every nth defect. Under the race detector the suite takes ten times as long,
// and every defect runs the same code.
const defectStep = 4
