//go:build !race

package check_test

const defectStep = 1
