package main

import (
	"fmt"
	"os"
	"syscall"
	"time"
)

// processorTime returns the user and system time that this process has used so far.
func processorTime() time.Duration {
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		return 0
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}

// A cost is the processor time that a number of items took.
type cost struct {
	used time.Duration
	n    int64
}

// add adds n items and the processor time that they took together.
func (c *cost) add(used time.Duration, n int64) { c.used, c.n = c.used+used, c.n+n }

// perItem returns the processor time per item. On a machine with other load it is more reliable than a
// rate, because it does not include the time in which other processes run.
func (c *cost) perItem() time.Duration {
	if c.n == 0 {
		return 0
	}
	return c.used / time.Duration(c.n)
}

// printCost writes a cost to standard error, apart from the table.
func printCost(what string, c cost) {
	fmt.Fprintf(os.Stderr, "   %s: %.1f µs of processor time each\n", what, float64(c.perItem().Nanoseconds())/1000)
}
