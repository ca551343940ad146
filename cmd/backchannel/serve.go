package main

import (
	"context"

	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"

	"backchannel/cmd/backchannel/internal/crash"
	"backchannel/cmd/backchannel/internal/holder"
	"backchannel/cmd/backchannel/internal/metrics"
	"backchannel/storage"
	"backchannel/storage/sqlite"
)

func serveCommand(a *app) *cobra.Command {
	var flags serveFlags
	cmd := &cobra.Command{
		Use:   "serve",
		Short: "Deliver and receive, without the console",
		Long: "Runs the engine and the built-in receiver until Ctrl+C or SIGTERM; what is in flight then has 10 s to finish.\n" +
			"The first line of stdout says where the receiver is, once it is ready. While another process delivers for\n" +
			"the same data folder, serve stands by and takes over when that one ends.\n\n" +
			"With --forward-to each receipt whose auth, schema and target verdicts did not fail is also POSTed to that URL:\n" +
			"the same bytes with the headers that they came with. It is tried once, beside the answer to the sender, which\n" +
			"does not wait for it; receipt show tells what came back. A redirect is not followed, no order is kept, and what\n" +
			"does not fit into the queue of 1024, or waits when serve ends, is marked as dropped.",
		Example: `backchannel serve
backchannel serve --listen 127.0.0.1:0 --data /tmp/try
backchannel serve --listen 0.0.0.0:9443 --host backchannel.test
backchannel serve --forward-to http://127.0.0.1:3000/hooks
backchannel serve --metrics 127.0.0.1:9464`,
		Args: exactly(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := a.checkForward(flags.forwardTo); cmd.Flags().Changed("forward-to") && err != nil {
				return err
			}
			return a.withStore(cmd.Context(), func(store *sqlite.Store) error {
				return a.serve(cmd.Context(), store, flags)
			})
		},
	}
	f := cmd.Flags()
	f.StringVar(&flags.metrics, "metrics", "", "let Prometheus read /metrics at `HOST:PORT`, over plain HTTP; a loopback address")
	f.StringVar(&flags.forwardTo, "forward-to", "", "relay each verified receipt to this `URL`, a local server's, say")
	f.BoolVar(&flags.blockPrivate, "block-private", false, "refuse to deliver to loopback and private addresses, the built-in receiver apart")
	return cmd
}

// serveFlags are the flags of serve, as they were given.
type serveFlags struct {
	metrics      string
	forwardTo    string
	blockPrivate bool
}

// readyLine is the first line of stdout, for scripts that wait for it.
type readyLine struct {
	Ready    bool   `json:"ready"`
	Receiver string `json:"receiver"`
	CA       string `json:"ca"`
	Data     string `json:"data"`
	Metrics  string `json:"metrics,omitempty"`
	// Names are those of the receiver's certificate.
	Names []string `json:"names"`
}

// serve tells Prometheus of the store also while another process delivers.
func (a *app) serve(ctx context.Context, store *sqlite.Store, flags serveFlags) error {
	if flags.metrics == "" {
		return a.serveWith(ctx, store, flags, "")
	}
	server, err := metrics.Listen(flags.metrics, store, programVersion())
	if err != nil {
		return err
	}
	a.note("metrics at %s", server.URL())
	group, ctx := errgroup.WithContext(ctx)
	ctx, stop := context.WithCancel(ctx)
	group.Go(func() error { return crash.Guard(func() error { return server.Serve(ctx) }) })
	group.Go(func() error {
		defer stop()
		return a.serveWith(ctx, store, flags, server.URL())
	})
	return group.Wait()
}

func (a *app) serveWith(ctx context.Context, store *sqlite.Store, flags serveFlags, metricsURL string) error {
	store.OnLost(a.noteLost)
	stoodBy, err := a.standBy(ctx, store)
	if err != nil {
		return err
	}
	quiet := func() bool { return true }
	defer func() { quiet() }()
	return a.hold(ctx, store, func(cfg *holder.Config) {
		cfg.NeedReceiver, cfg.BlockPrivate, cfg.ForwardTo = true, flags.blockPrivate, flags.forwardTo
		cfg.CutOff, cfg.Trouble = a.noteCutOff, a.noteTrouble
		cfg.Started = func(s holder.Status) {
			quiet = context.AfterFunc(ctx, a.noteStopping)
			if stoodBy {
				a.note("took over")
			}
			// A reader who has gone away shows in a.out and is no reason to stop.
			_ = a.out.object(readyLine{true, s.ReceiverURL, s.CA, store.Dir(), metricsURL, s.ReceiverNames})
			if s.Limited != "" {
				a.note("%s", s.Limited)
			}
			a.note("delivering and receiving at %s; stop with Ctrl+C", s.ReceiverURL)
			if flags.forwardTo != "" {
				a.note("relaying what is verified to %s", storage.WithoutTokens(flags.forwardTo))
			}
		}
	})
}

func (a *app) noteStopping() {
	a.note("stopping; what is in flight has at most 10 s to finish, a second Ctrl+C ends it now")
}

// noteTrouble says why nothing moves, and when it does again.
func (a *app) noteTrouble(reason string) {
	if reason == "" {
		reason = "deliveries go on"
	}
	a.note("%s", reason)
}

// noteLost says that the database's files are not in place any more, or are again.
func (a *app) noteLost(lost error) {
	if lost == nil {
		a.note("the database's files are in place again; events and receipts are accepted")
		return
	}
	a.note("%v", lost)
}

// noteCutOff says what became of what did not finish.
func (a *app) noteCutOff(attempts int64) {
	a.note("%d in flight did not finish: that counts as no attempt, and is made again once something delivers", attempts)
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
		Store: store, Listen: a.settings.listen, Hosts: a.settings.hosts, CAFile: a.settings.caFile,
		Version: programVersion(), Now: a.now, Logger: logger,
	}
	adapt(&cfg)
	return holder.Run(ctx, cfg)
}
