package main

import (
	"context"

	"github.com/spf13/cobra"

	"backchannel/cmd/backchannel/internal/holder"
	"backchannel/storage/sqlite"
)

func serveCommand(a *app) *cobra.Command {
	var blockPrivate bool
	cmd := &cobra.Command{
		Use:   "serve",
		Short: "Deliver and receive, without the console",
		Long: "Runs the engine and the built-in receiver until Ctrl+C or SIGTERM; what is in flight then has 10 s to finish.\n" +
			"The first line of stdout says where the receiver is, once it is ready. While another process delivers for\n" +
			"the same data folder, serve stands by and takes over when that one ends.",
		Example: `backchannel serve
backchannel serve --listen 127.0.0.1:0 --data /tmp/try`,
		Args: exactly(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.withStore(cmd.Context(), func(store *sqlite.Store) error {
				return a.serve(cmd.Context(), store, blockPrivate)
			})
		},
	}
	cmd.Flags().BoolVar(&blockPrivate, "block-private", false, "refuse to deliver to loopback and private addresses, the built-in receiver apart")
	return cmd
}

// readyLine is the first line of stdout, for scripts that wait for it.
type readyLine struct {
	Ready    bool   `json:"ready"`
	Receiver string `json:"receiver"`
	CA       string `json:"ca"`
	Data     string `json:"data"`
}

func (a *app) serve(ctx context.Context, store *sqlite.Store, blockPrivate bool) error {
	stoodBy, err := a.standBy(ctx, store)
	if err != nil {
		return err
	}
	defer context.AfterFunc(ctx, func() { a.note("stopping; what is in flight has 10 s to finish, a second Ctrl+C ends it now") })()
	return a.hold(ctx, store, func(cfg *holder.Config) {
		cfg.NeedReceiver, cfg.BlockPrivate = true, blockPrivate
		cfg.Started = func(s holder.Status) {
			if stoodBy {
				a.note("took over")
			}
			// A reader who has gone away shows in a.out and is no reason to stop.
			_ = a.out.object(readyLine{true, s.ReceiverURL, s.CA, store.Dir()})
			a.note("delivering and receiving at %s; stop with Ctrl+C", s.ReceiverURL)
		}
	})
}

// standBy says so if another process delivers.
func (a *app) standBy(ctx context.Context, store *sqlite.Store) (bool, error) {
	rt, alive, err := store.Runtime(ctx)
	if err != nil {
		return false, err
	}
	if alive {
		a.note("standing by: process %d delivers for %s; this one takes over when it ends", rt.PID, store.Dir())
	}
	return alive, nil
}

// hold delivers and receives, once the lock is free, until ctx ends.
func (a *app) hold(ctx context.Context, store *sqlite.Store, adapt func(*holder.Config)) error {
	logger, file, err := a.openLog()
	if err != nil {
		return err
	}
	defer file.Close()
	cfg := holder.Config{
		Store: store, Listen: a.settings.listen, CAFile: a.settings.caFile,
		Version: programVersion(), Now: a.now, Logger: logger,
	}
	adapt(&cfg)
	return holder.Run(ctx, cfg)
}
