package main

import (
	"context"
	"sync"

	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"

	"backchannel/cmd/backchannel/internal/crash"
	"backchannel/cmd/backchannel/internal/leader"
	"backchannel/cmd/backchannel/internal/metrics"
	"backchannel/engine"
	"backchannel/receiver"
	"backchannel/storage"
)

// serveCommand returns the command that runs the engine and the receiver. It checks the flags
// before it opens the store, because opening may have to wait for a database.
func serveCommand(s processSession) *cobra.Command {
	var flags serveFlags
	cmd := &cobra.Command{
		Use:   "serve",
		Short: "Deliver and receive, without the console",
		Long: "Runs the engine and the built-in receiver until Ctrl+C or SIGTERM. Attempts in flight then have 10 s to finish.\n" +
			"Once the receiver is ready, it prints a line of JSON with the receiver's URL. While another process delivers for\n" +
			"the same data folder, serve stands by and takes over when that one ends.\n\n" +
			"With --forward-to, each receipt whose auth, schema and target verdicts did not fail is also POSTed to that URL:\n" +
			"the same bytes with their original headers. There is one attempt, and the answer to the sender does\n" +
			"not wait for it; receipt show shows the result. Redirects are not followed and the order is not kept. A receipt\n" +
			"that does not fit into the queue of 1024, or is still in it when serve ends, is marked as dropped.",
		Example: `backchannel serve
backchannel serve --listen 127.0.0.1:0 --data /tmp/try
backchannel serve --listen 0.0.0.0:9443 --host backchannel.test
backchannel serve --forward-to http://127.0.0.1:3000/hooks
backchannel serve --metrics 127.0.0.1:9464`,
		Args: exactly(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			// Relaying to the receiver's own address would be a loop, which CheckForward rejects.
			if cmd.Flags().Changed("forward-to") {
				warnings, err := receiver.CheckForward(flags.forwardTo, s.settings.listen, s.settings.hosts)
				if err != nil {
					return err
				}
				s.warn(warnings)
			}
			// Other commands accept --observe, because they deliver only if no engine is running.
			if s.settings.observe {
				return usagef("serve delivers and receives, which --observe rules out; omit it, or look with the console: backchannel --observe")
			}
			return s.withWholeStore(cmd.Context(), onCommandLine, func(store wholeStore) error {
				return s.serve(cmd.Context(), store, flags)
			})
		},
	}
	f := cmd.Flags()
	f.StringVar(&flags.metrics, "metrics", "", "serve /metrics to Prometheus at `HOST:PORT`, a loopback address, over plain HTTP")
	f.StringVar(&flags.forwardTo, "forward-to", "", "relay each verified receipt to this `URL`, such as that of a local server")
	f.BoolVar(&flags.blockPrivate, "block-private", false, "refuse to deliver to loopback and private addresses, except to the built-in receiver")
	return cmd
}

// A processSession runs the engine and the receiver in this process.
type processSession struct{ *session }

// A processStore is the part of a store that running an engine and a receiver needs.
type processStore interface {
	storage.PausedStore
	leader.Store
	metrics.Store
	// OnLost registers a function that is called with an error when the store can no longer be
	// used, and with nil when it can be again.
	OnLost(call func(error))
	// NewEngine returns the engine that delivers from the store.
	NewEngine(engine.Config) (leader.Engine, error)
}

// serveFlags are the flags of serve.
type serveFlags struct {
	metrics      string
	forwardTo    string
	blockPrivate bool
}

// A readyLine is the first line of serve on stdout, for scripts that wait until it is ready.
type readyLine struct {
	Ready    bool   `json:"ready"`
	Receiver string `json:"receiver"`
	CA       string `json:"ca"`
	Data     string `json:"data"`
	Metrics  string `json:"metrics,omitempty"`
	// Names are the names in the receiver's certificate.
	Names []string `json:"names"`
}

// serve delivers and receives until ctx is done. It serves metrics even while another process
// delivers.
func (s processSession) serve(ctx context.Context, store processStore, flags serveFlags) error {
	if flags.metrics == "" {
		return s.serveWith(ctx, store, flags, "")
	}
	server, err := metrics.Listen(flags.metrics, store, programVersion())
	if err != nil {
		return err
	}
	s.note("metrics at %s", server.URL())
	// If the metrics cannot be served any more, the group's context ends the deliveries too: a
	// monitor that sees nothing would take the process for dead.
	group, ctx := errgroup.WithContext(ctx)
	ctx, stop := context.WithCancel(ctx)
	group.Go(func() error { return crash.Guard(func() error { return server.Serve(ctx) }) })
	group.Go(func() error {
		defer stop()
		return s.serveWith(ctx, store, flags, server.URL())
	})
	return group.Wait()
}

// serveWith delivers and receives until ctx is done, and reports its state on stdout and stderr.
func (s processSession) serveWith(ctx context.Context, store processStore, flags serveFlags, metricsURL string) error {
	notes := &stallNotes{processSession: s}
	store.OnLost(notes.setLost)
	stoodBy, err := s.standBy(ctx, store)
	if err != nil {
		return err
	}
	endNote := func() {}
	defer func() { endNote() }()
	// NeedReceiver: a service that nobody can reach should fail at the start. The console stays
	// open.
	err = s.lead(ctx, store, func(cfg *leader.Config) {
		cfg.NeedReceiver, cfg.BlockPrivate, cfg.ForwardTo = true, flags.blockPrivate, flags.forwardTo
		cfg.OnCutOff, cfg.OnStall = s.noteCutOff, notes.setStalled
		cfg.Started = func(started leader.Status) {
			endNote = s.noteStopping(ctx)
			if stoodBy {
				s.note("took over")
			}
			// s.out keeps the error of a closed stdout, which is not a reason to stop.
			_ = s.out.object(readyLine{true, started.ReceiverURL, started.CA, s.settings.data, metricsURL, started.ReceiverNames})
			if started.Limited != "" {
				s.note("%s", started.Limited)
			}
			s.note("delivering and receiving at %s; stop with Ctrl+C", started.ReceiverURL)
			if flags.forwardTo != "" {
				s.note("relaying verified receipts to %s", storage.WithoutTokens(flags.forwardTo))
			}
		}
	})
	if err == nil {
		s.noteUnfinished(ctx, store)
	}
	return err
}

// noteStopping notes what a stopping process still does as soon as ctx is done, unless end is
// called before. end waits for a note that is being written, which would otherwise appear after the
// error of the command.
func (s processSession) noteStopping(ctx context.Context) (end func()) {
	note := sync.OnceFunc(func() {
		s.note("stopping; attempts in flight have at most 10 s to finish, a second Ctrl+C ends them now")
	})
	cancel := context.AfterFunc(ctx, note)
	return func() {
		if !cancel() {
			note()
		}
	}
}

// noteStall notes why deliveries are waiting, or with an empty reason that they continue.
func (s processSession) noteStall(reason string) {
	if reason == "" {
		reason = "deliveries continue"
	}
	s.note("%s", reason)
}

// noteLost notes that the database's files are gone or that it cannot be reached, or with nil that
// it can be used again.
func (s processSession) noteLost(lost error) {
	if lost == nil && s.settings.database != "" {
		s.note("the database can be reached again; events and receipts are accepted")
		return
	}
	if lost == nil {
		s.note("the database's files are in place again; events and receipts are accepted")
		return
	}
	s.note("%v", lost)
}

// noteCutOff notes what happens to attempts that did not finish.
func (s processSession) noteCutOff(attempts int64) {
	s.note("%d in flight did not finish: these do not count as attempts, and are repeated once an engine runs", attempts)
}

// standBy reports whether another process delivers for the same data folder, and if so, notes that.
// It returns false for a database, from which any number of processes may deliver.
func (s processSession) standBy(ctx context.Context, store processStore) (bool, error) {
	if s.settings.database != "" {
		return false, nil
	}
	rt, alive, err := store.Runtime(ctx)
	if err != nil {
		return false, err
	}
	if alive {
		s.note("standing by: process %d delivers for %s; this one takes over when that ends", rt.PID, s.settings.data)
	}
	return alive, nil
}

// lead waits for the lock, and then delivers and receives until ctx is done. With --observe it only
// waits for ctx.
func (s processSession) lead(ctx context.Context, store processStore, adapt func(*leader.Config)) error {
	if s.settings.observe {
		<-ctx.Done()
		return nil
	}
	logger, file, err := s.settings.openLog()
	if err != nil {
		return err
	}
	defer file.Close()
	// The log is opened once for engine and receiver, which write to it concurrently.
	cfg := leader.Config{
		Store: store, CA: s.authority, Engine: store.NewEngine, Listen: s.settings.listen, Hosts: s.settings.hosts, Advertise: s.settings.advertise, CAFile: s.settings.caFile,
		Version: programVersion(), Now: s.now, Logger: logger,
	}
	if s.settings.database != "" {
		cfg.Host = thisMachine()
	}
	adapt(&cfg)
	return leader.Run(ctx, cfg)
}
