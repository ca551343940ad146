//go:build !linux

package main

import "log"

// lacking needs filters of system calls, which only Linux has.
func lacking() { log.Fatal("lacking works on Linux alone") }
