package main

import (
	"context"
	"os"
	"os/signal"
	"sync"
	"syscall"
)

// signals returns a context that is done after the first Ctrl+C, SIGTERM or SIGHUP, or when quit is
// called. The next signal ends the process. SIGPIPE is ignored, so that a closed stdout or stderr
// causes a write error: a process that delivers must outlive the pipe that it was started with.
// Under nohup, which ignores SIGHUP, it also outlives its terminal.
func (a *app) signals() (ctx context.Context, stop func()) {
	ctx, a.quit = context.WithCancel(context.Background())
	// Two, because signal.Notify does not wait: the second signal must not be lost while the first
	// is handled.
	caught := make(chan os.Signal, 2)
	signal.Notify(caught, os.Interrupt, syscall.SIGTERM)
	if !signal.Ignored(syscall.SIGHUP) {
		signal.Notify(caught, syscall.SIGHUP)
	}
	signal.Ignore(syscall.SIGPIPE, syscall.SIGXFSZ) // SIGXFSZ: a write beyond ulimit -f becomes an error
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
