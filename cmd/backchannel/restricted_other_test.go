//go:build !linux

package main

import "log"

// restricted needs seccomp, which only Linux has.
func restricted() { log.Fatal("restricted works only on Linux") }
