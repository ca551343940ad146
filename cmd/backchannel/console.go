package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/charmbracelet/lipgloss"
	"github.com/charmbracelet/x/term"
	"github.com/spf13/cobra"

	"backchannel/cmd/backchannel/internal/background"
	"backchannel/cmd/backchannel/internal/crash"
	"backchannel/cmd/backchannel/internal/holder"
	"backchannel/storage/sqlite"
	"backchannel/tui"
)

// backgroundPatience is how long a terminal may take to say what its background is.
const backgroundPatience = 500 * time.Millisecond

// explainAfter is how long a person may be left to wonder why the console has not ended.
const explainAfter = 300 * time.Millisecond

// console is what runs when no command is named.
func (a *app) console(cmd *cobra.Command) error {
	if !term.IsTerminal(a.in.Fd()) || !a.out.terminal() {
		return usagef("there is no terminal to open the console on; use backchannel serve to deliver and receive without one")
	}
	return a.withStoreOf(cmd.Context(), "in the console", func(store *sqlite.Store) error {
		return a.openConsole(cmd.Context(), store)
	})
}

// openConsole shows the screens, and delivers and receives behind them once nobody else
// does. What keeps it from that is told on the screen and ends nothing.
func (a *app) openConsole(ctx context.Context, store *sqlite.Store) error {
	holding, stop := context.WithCancel(ctx)
	notices := make(chan string, 1)
	held := make(chan struct{})
	go func() {
		defer close(held)
		err := crash.Guard(func() error {
			return a.hold(holding, store, func(cfg *holder.Config) {
				cfg.Trouble = func(reason string) {
					select {
					case notices <- reason:
					case <-holding.Done(): // the screens are gone
					}
				}
			})
		})
		if err != nil {
			notices <- fmt.Sprintf("nothing is delivered or received here: %s", a.describe(err))
		}
	}()
	err := a.screens(ctx, store, notices)
	a.quit() // so that the next Ctrl+C ends what is still in flight
	stop()
	a.awaitDeliveries(held)
	if errors.Is(err, context.Canceled) {
		return nil
	}
	return err
}

// awaitDeliveries says what it waits for, unless that is over at once.
func (a *app) awaitDeliveries(held <-chan struct{}) {
	timer := time.NewTimer(explainAfter)
	defer timer.Stop()
	select {
	case <-held:
		return
	case <-timer.C:
		a.note("finishing what is in flight, for 10 s at most; Ctrl+C ends it now")
	}
	<-held
}

func (a *app) screens(ctx context.Context, store *sqlite.Store, notices <-chan string) error {
	out := os.Stdout
	dark, typed := background.Dark(a.in, out, backgroundPatience)
	return tui.Run(ctx, tui.Config{
		Store: store, Rules: a.rules(), Now: a.now, Location: a.zone,
		Renderer: lipgloss.NewRenderer(out), Dark: dark, Typed: typed,
		Version: programVersion(), PID: os.Getpid(), Notices: notices,
		Export: a.consoleExport(store), Resend: a.resender(), Hold: store.Hold,
		Crash: func(cause any, stack []byte) string {
			path, err := (&crash.Panic{Value: cause, Stack: stack}).Save(a.settings.data, a.now(), programVersion())
			if err != nil {
				return ""
			}
			return path
		},
	}, a.in, out)
}
