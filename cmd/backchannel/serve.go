package main

import (
	"context"

	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"

	"backchannel/cmd/backchannel/internal/crash"
	"backchannel/cmd/backchannel/internal/leader"
	"backchannel/cmd/backchannel/internal/metrics"
	"backchannel/receiver"
	"backchannel/storage"
)

func serveCommand(s processSession) *cobra.Command {
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
			if cmd.Flags().Changed("forward-to") {
				odd, err := receiver.CheckForward(flags.forwardTo, s.settings.listen, s.settings.hosts)
				if err != nil {
					return err
				}
				s.warn(odd)
			}
			return s.withStore(cmd.Context(), func(store wholeStore) error {
				return s.serve(cmd.Context(), store, flags)
			})
		},
	}
	f := cmd.Flags()
	f.StringVar(&flags.metrics, "metrics", "", "let Prometheus read /metrics at `HOST:PORT`, over plain HTTP; a loopback address")
	f.StringVar(&flags.forwardTo, "forward-to", "", "relay each verified receipt to this `URL`, a local server's, say")
	f.BoolVar(&flags.blockPrivate, "block-private", false, "refuse to deliver to loopback and private addresses, the built-in receiver apart")
	return cmd
}

// A processSession runs the engine and the receiver in this process.
type processSession struct{ *session }

// A processStore is the part of a store that this takes.
type processStore interface {
	leader.Store
	metrics.Store
	// OnLost registers a function that is called with an error when the store can no longer
	// be relied on, and with nil when it can be again.
	OnLost(call func(error))
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
func (s processSession) serve(ctx context.Context, store processStore, flags serveFlags) error {
	if flags.metrics == "" {
		return s.serveWith(ctx, store, flags, "")
	}
	server, err := metrics.Listen(flags.metrics, store, programVersion())
	if err != nil {
		return err
	}
	s.note("metrics at %s", server.URL())
	group, ctx := errgroup.WithContext(ctx)
	ctx, stop := context.WithCancel(ctx)
	group.Go(func() error { return crash.Guard(func() error { return server.Serve(ctx) }) })
	group.Go(func() error {
		defer stop()
		return s.serveWith(ctx, store, flags, server.URL())
	})
	return group.Wait()
}

func (s processSession) serveWith(ctx context.Context, store processStore, flags serveFlags, metricsURL string) error {
	store.OnLost(s.noteLost)
	stoodBy, err := s.standBy(ctx, store)
	if err != nil {
		return err
	}
	quiet := func() bool { return true }
	defer func() { quiet() }()
	return s.lead(ctx, store, func(cfg *leader.Config) {
		cfg.NeedReceiver, cfg.BlockPrivate, cfg.ForwardTo = true, flags.blockPrivate, flags.forwardTo
		cfg.CutOff, cfg.Trouble = s.noteCutOff, s.noteTrouble
		cfg.Started = func(started leader.Status) {
			quiet = context.AfterFunc(ctx, s.noteStopping)
			if stoodBy {
				s.note("took over")
			}
			// A reader who has gone away shows in a.out and is no reason to stop.
			_ = s.out.object(readyLine{true, started.ReceiverURL, started.CA, s.settings.data, metricsURL, started.ReceiverNames})
			if started.Limited != "" {
				s.note("%s", started.Limited)
			}
			s.note("delivering and receiving at %s; stop with Ctrl+C", started.ReceiverURL)
			if flags.forwardTo != "" {
				s.note("relaying what is verified to %s", storage.WithoutTokens(flags.forwardTo))
			}
		}
	})
}

func (s processSession) noteStopping() {
	s.note("stopping; what is in flight has at most 10 s to finish, a second Ctrl+C ends it now")
}

// noteTrouble says why nothing moves, and when it does again.
func (s processSession) noteTrouble(reason string) {
	if reason == "" {
		reason = "deliveries go on"
	}
	s.note("%s", reason)
}

// noteLost says that the database's files are not in place any more, or are again.
func (s processSession) noteLost(lost error) {
	if lost == nil {
		s.note("the database's files are in place again; events and receipts are accepted")
		return
	}
	s.note("%v", lost)
}

// noteCutOff says what became of what did not finish.
func (s processSession) noteCutOff(attempts int64) {
	s.note("%d in flight did not finish: that counts as no attempt, and is made again once something delivers", attempts)
}

// standBy says so if another process delivers.
func (s processSession) standBy(ctx context.Context, store processStore) (bool, error) {
	rt, alive, err := store.Runtime(ctx)
	if err != nil {
		return false, err
	}
	if alive {
		s.note("standing by: process %d delivers for %s; this one takes over when it ends", rt.PID, s.settings.data)
	}
	return alive, nil
}

// lead delivers and receives, once the lock is free, until ctx ends.
func (s processSession) lead(ctx context.Context, store processStore, adapt func(*leader.Config)) error {
	logger, file, err := s.openLog()
	if err != nil {
		return err
	}
	defer file.Close()
	cfg := leader.Config{
		Store: store, Dir: s.settings.data, Listen: s.settings.listen, Hosts: s.settings.hosts, CAFile: s.settings.caFile,
		Version: programVersion(), Now: s.now, Logger: logger,
	}
	adapt(&cfg)
	return leader.Run(ctx, cfg)
}
