package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync"
	"time"

	"github.com/charmbracelet/lipgloss"
	"github.com/charmbracelet/x/term"
	"github.com/spf13/cobra"

	"backchannel/cmd/backchannel/internal/background"
	"backchannel/cmd/backchannel/internal/crash"
	"backchannel/cmd/backchannel/internal/leader"
	"backchannel/engine/check"
	"backchannel/receiver"
	"backchannel/receiver/executions"
	"backchannel/storage/export"
	"backchannel/tui"
	tuicheck "backchannel/tui/check"
	"backchannel/tui/config"
)

// backgroundTimeout limits the wait for the terminal to report its background. Many terminals
// never answer.
const backgroundTimeout = 500 * time.Millisecond

// explainAfter is how long the console may take to end before it explains the wait.
const explainAfter = 300 * time.Millisecond

// A consoleSession opens the console: its screens, or with accessible a session of lines, for
// people who cannot use screens.
type consoleSession struct {
	*session
	accessible bool
}

// A consoleStore is the part of a store that the console uses.
type consoleStore interface {
	processStore
	tui.Store
	export.Store
	executions.Store
	// PauseWrites keeps this process from writing until release is called.
	PauseWrites() (release func())
}

// console runs when no command is named.
func (s consoleSession) console(cmd *cobra.Command) error {
	if s.accessible {
		return s.withWholeStore(cmd.Context(), "in the console", func(store wholeStore) error {
			return s.openConsole(cmd.Context(), store, func(ctx context.Context, of ownEngine) error {
				return lineSession{s.session}.run(ctx, store, of)
			})
		})
	}
	// Bubbletea would draw escape sequences into a pipe, and wait for keys that never come.
	if !term.IsTerminal(s.in.Fd()) || !s.out.terminal() {
		return usagef("there is no terminal to open the console on; use backchannel serve to deliver and receive without one")
	}
	return s.withWholeStore(cmd.Context(), "in the console", func(store wholeStore) error {
		return s.openConsole(cmd.Context(), store, func(ctx context.Context, of ownEngine) error {
			return s.screens(ctx, store, of.notices)
		})
	})
}

// An ownEngine is what a console learns about the engine of its own process.
type ownEngine struct {
	notices <-chan string   // why nothing is delivered, or "" when it is again
	started <-chan struct{} // closed once it delivers, or cannot
}

// openConsole shows the console, and delivers and receives in the background as soon as no other
// process does. If it cannot, the console stays open and shows why.
func (s consoleSession) openConsole(ctx context.Context, store consoleStore, show func(context.Context, ownEngine) error) error {
	leading, stop := context.WithCancel(ctx)
	notices := make(chan string, 1)
	started, led := make(chan struct{}), make(chan struct{})
	start := sync.OnceFunc(func() { close(started) })
	// The screens receive banners only while they run. Without the second case, a banner at the end would
	// block the leader.
	banner := &stallBanner{show: func(text string) {
		select {
		case notices <- text:
		case <-leading.Done(): // the screens are closed
		}
	}}
	store.OnLost(banner.setLost)
	go func() {
		defer close(led)
		defer start()
		err := crash.Guard(func() error {
			return processSession{s.session}.lead(leading, store, func(cfg *leader.Config) {
				cfg.OnStall, cfg.Started = banner.setStalled, func(leader.Status) { start() }
			})
		})
		if err != nil {
			notices <- fmt.Sprintf("nothing is delivered or received here: %s", s.describe(err))
		}
	}()
	err := show(ctx, ownEngine{notices, started})
	s.quit() // from now on Ctrl+C ends the attempts in flight
	stop()
	s.awaitDeliveries(led)
	s.noteUnfinished(ctx, store)
	// SIGTERM and a closed terminal end the console in order, which is not an error.
	if errors.Is(err, context.Canceled) {
		return nil
	}
	return err
}

// awaitDeliveries waits until nothing is in flight. It explains the wait only if that takes longer
// than explainAfter.
func (s consoleSession) awaitDeliveries(led <-chan struct{}) {
	timer := time.NewTimer(explainAfter)
	defer timer.Stop()
	select {
	case <-led:
		return
	case <-timer.C:
		s.note("finishing attempts in flight, which takes at most 10 s; Ctrl+C ends them now")
	}
	<-led
}

// screens runs the console's screens until the user quits.
func (s consoleSession) screens(ctx context.Context, store consoleStore, notices <-chan string) error {
	out := os.Stdout
	var ca *receiver.CA
	err := s.opener().retryWhileUnavailable(ctx, func() (err error) {
		ca, err = s.authority(ctx)
		return err
	})
	if err != nil {
		return err
	}
	settings := config.File{Path: config.Path(s.env)}
	dark, typed := background.Dark(s.in, out, backgroundTimeout)
	return tui.Run(ctx, tui.Config{
		Store: store, Rules: s.rules(), Now: s.now, Location: s.zone,
		Renderer: lipgloss.NewRenderer(out), Dark: dark, Typed: typed,
		Version: programVersion(), PID: os.Getpid(), Notices: notices,
		CA: ca.Path(), Export: s.consoleExport(store), Resend: resender{s.session}.resend, PauseWrites: store.PauseWrites, Editor: s.env.editor(), HoldInterrupts: s.holdInterrupts,
		Kept: config.Load(ctx, settings.Path), Keep: settings.Set,
		Executions: executions.New(ctx, store, executions.Config{Now: s.now}),
		Check:      tuicheck.Actions{Requests: check.Requests, Export: exportReport},
		Crash: func(cause any, stack []byte) string {
			path, err := (&crash.Panic{Value: cause, Stack: stack}).Save(s.settings.data, s.now(), programVersion())
			if err != nil {
				return ""
			}
			return path
		},
	}, s.in, out)
}

// editor returns the command of the user's editor for a shell, or "". VISUAL takes precedence over
// EDITOR, as in other programs.
func (e environment) editor() string {
	for _, name := range []string{"VISUAL", "EDITOR"} {
		if editor, _ := e(name); editor != "" {
			return editor
		}
	}
	return ""
}
