package main

import (
	"context"
	"os"
	"os/signal"
	"sync"
	"syscall"
)

// signals gives a context that ends with the first Ctrl+C, SIGTERM or SIGHUP, or when
// quit is called; the next signal ends the process. A reader of stdout or stderr who goes
// away shows as a write error: a process that delivers must outlive the pipe that it was
// started from, and under nohup its terminal too.
func (a *app) signals() (ctx context.Context, stop func()) {
	ctx, a.quit = context.WithCancel(context.Background())
	caught := make(chan os.Signal, 2)
	signal.Notify(caught, os.Interrupt, syscall.SIGTERM)
	if !signal.Ignored(syscall.SIGHUP) {
		signal.Notify(caught, syscall.SIGHUP)
	}
	signal.Ignore(syscall.SIGPIPE, syscall.SIGXFSZ) // a write beyond ulimit -f is an error, not a crash
	done := make(chan struct{})
	go func() {
		for {
			select {
			case <-caught:
				if ctx.Err() != nil {
					os.Exit(exitInterrupted)
				}
				a.quit()
			case <-done:
				return
			}
		}
	}()
	return ctx, sync.OnceFunc(func() { signal.Stop(caught); close(done); a.quit() })
}
