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
	caught, interrupts := make(chan os.Signal, 2), make(chan os.Signal, 2)
	signal.Notify(interrupts, os.Interrupt)
	signal.Notify(caught, syscall.SIGTERM)
	a.holdInterrupts = func() (release func()) { return holdInterrupts(interrupts) }
	if !signal.Ignored(syscall.SIGHUP) {
		signal.Notify(caught, syscall.SIGHUP)
	}
	signal.Ignore(syscall.SIGPIPE, syscall.SIGXFSZ) // SIGXFSZ: a write beyond ulimit -f becomes an error
	done := make(chan struct{})
	go func() {
		for {
			select {
			case <-caught:
			case <-interrupts:
			case <-done:
				return
			}
			if ctx.Err() != nil {
				os.Exit(exitInterrupted)
			}
			a.quit()
		}
	}()
	return ctx, sync.OnceFunc(func() { signal.Stop(caught); signal.Stop(interrupts); close(done); a.quit() })
}

// holdInterrupts keeps Ctrl+C from a channel until release is called. The terminal sends it to this
// process as well while another program has the terminal, such as an editor, which it is meant for.
func holdInterrupts(interrupts chan os.Signal) (release func()) {
	unused := make(chan os.Signal, 1)
	signal.Notify(unused, os.Interrupt) // without a channel, the signal would end the process
	signal.Stop(interrupts)
	return func() {
		// Stop waits for signals that have arrived already, which must not reach interrupts: one that
		// has ended the editor would otherwise end this process as well.
		last := make(chan os.Signal, 1)
		signal.Notify(last, os.Interrupt)
		signal.Stop(unused)
		signal.Notify(interrupts, os.Interrupt)
		signal.Stop(last)
	}
}
