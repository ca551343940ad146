package main

import (
	"context"
	"os"
	"os/signal"
	"sync"
	"syscall"
)

// signals gives a context that ends with the first Ctrl+C or SIGTERM; the second ends the
// process. A reader of stdout or stderr who goes away shows as a write error: a process
// that delivers must outlive the pipe that it was started from.
func (a *app) signals() (ctx context.Context, stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	caught := make(chan os.Signal, 2)
	signal.Notify(caught, os.Interrupt, syscall.SIGTERM)
	signal.Ignore(syscall.SIGPIPE)
	done := make(chan struct{})
	go func() {
		for range 2 {
			select {
			case <-caught:
				if ctx.Err() != nil {
					os.Exit(exitInterrupted)
				}
				cancel()
			case <-done:
				return
			}
		}
	}()
	return ctx, sync.OnceFunc(func() { signal.Stop(caught); close(done); cancel() })
}
