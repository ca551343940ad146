package main

import (
	"fmt"
	"os"
	"syscall"
	"time"
)

// processorTime returns the processor time that this process has used so far.
func processorTime() time.Duration {
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		return 0
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}

// A cost is the processor time of several items.
type cost struct {
	used time.Duration
	n    int64
}

// add counts n items that together took some processor time.
func (c *cost) add(used time.Duration, n int64) { c.used, c.n = c.used+used, c.n+n }

// each returns the processor time per item. On a machine with other load it is more reliable
// than a rate.
func (c *cost) each() time.Duration {
	if c.n == 0 {
		return 0
	}
	return c.used / time.Duration(c.n)
}

// printCost writes a cost to standard error, apart from the table.
func printCost(what string, c cost) {
	fmt.Fprintf(os.Stderr, "   %s: %.1f µs of processor time each\n", what, float64(c.each().Nanoseconds())/1000)
}
