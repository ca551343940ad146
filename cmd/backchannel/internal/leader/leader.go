// Package leader is the process that delivers and receives for a data folder: engine,
// receiver, retention and the row by which it tells others about itself, started and
// stopped together. Start with [Run].
//
// It waits for the folder's lock first, so that many processes may call Run at once and
// one of them works. It prints nothing.
package leader

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"runtime/debug"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"backchannel/cmd/backchannel/internal/crash"
	"backchannel/engine"
	"backchannel/engine/check"
	"backchannel/receiver"
	"backchannel/storage"
)

// Config is what a leader depends on.
type Config struct {
	Store        Store
	Dir          string   // the data folder, which has the local authority
	Listen       string   // HOST:PORT of the receiver
	Hosts        []string // further names and addresses that it is reached by
	NeedReceiver bool     // a receiver that cannot listen ends Run instead of staying off
	CAFile       string   // PEM, trusted when delivering besides the system's and the local CA
	BlockPrivate bool
	ForwardTo    string // URL that verified receipts are relayed to; empty: nowhere
	Version      string
	Now          func() time.Time
	Logger       *slog.Logger
	// Cutoff ends early what is in flight when it is closed, though not the deliveries
	// themselves: for that Run's context has to end. nil: all gets its time.
	Cutoff <-chan struct{}
	// Started is called once the lock is had and all runs.
	Started func(Status)
	// Trouble is an engine.Config's.
	Trouble func(reason string)
	// CutOff is called in the end if that many attempts were still in flight.
	CutOff func(attempts int64)
}

// garbage is how much of it, in percent of the few megabytes in use, may gather before it
// is collected. The default of 100 costs a delivering process a sixth of its processor time.
const garbage = 400

// Status is what a leader can say of itself as it starts.
type Status struct {
	ReceiverURL   string   // empty while the receiver is off
	ReceiverError string   // why it is off
	ReceiverNames []string // in its certificate as it starts
	CA            string   // path of the local authority's certificate
	Limited       string   // what is done less of at a time than configured, and why
}

// What is in flight has so long to finish, with the engine as with the receiver. That
// stops after the engine, whose attempts may be on their way to it, and has afterwards a
// moment to keep what became of them.
const (
	drain  = 10 * time.Second
	moment = time.Second
)

// Run waits for the lock, then delivers and receives until ctx ends. It returns nil once
// everything has stopped in good order, also when it never had the lock. The authorities,
// which take a while to read, are read first: so whoever waits takes over at once.
func Run(ctx context.Context, cfg Config) error {
	debug.SetGCPercent(garbage)
	slog.SetDefault(cfg.Logger) // net/http tells the standard logger of some answers: that must not reach the screen
	roots, err := Trusted(ctx, cfg.CAFile)
	if errors.Is(err, context.Canceled) {
		return nil
	}
	if err != nil {
		return err
	}
	return engine.Lead(ctx, cfg.Store, func(ctx context.Context) error {
		l, err := newLeader(cfg, roots)
		if err != nil {
			return err
		}
		return l.run(ctx)
	})
}

type leader struct {
	cfg      Config
	receiver *receiver.Receiver // nil while it is off
	engine   *engine.Engine
	checks   *check.Server
	status   Status
	sources  storage.Sources
	roots    func() (*x509.CertPool, error) // the system's authorities and the local one
}

func newLeader(cfg Config, roots *x509.CertPool) (*leader, error) {
	ca, err := receiver.LoadOrCreateCA(cfg.Dir, cfg.Now())
	if err != nil {
		return nil, err
	}
	ca.AddTo(roots)
	l := &leader{
		cfg: cfg, status: Status{CA: ca.Path()}, sources: storage.SystemSources(),
		roots: func() (*x509.CertPool, error) { return roots, nil },
	}
	if err := l.listen(ca); err != nil {
		return nil, err
	}
	l.status.Limited = Limited(storage.OpenFiles())
	delivering := engine.Config{
		Now: cfg.Now, Version: cfg.Version, Sources: l.sources, CAFile: cfg.CAFile, BlockPrivate: cfg.BlockPrivate,
		ReceiverURL:     func() (string, string) { return l.status.ReceiverURL, l.status.ReceiverError },
		ReceiverAddress: func() string { return l.receiver.Address() },
		RootCAs:         func() (*x509.CertPool, error) { return roots, nil },
		Drain:           drain, Cutoff: cfg.Cutoff, OnStall: cfg.Trouble, Logger: cfg.Logger, Concurrency: shareOf(storage.OpenFiles()),
		Blocked: func() bool { return cfg.Store.Lost() != nil },
	}
	l.engine = engine.New(cfg.Store, delivering)
	l.checks = check.NewServer(cfg.Store, check.Config{Engine: delivering, Now: cfg.Now})
	return l, nil
}

// Trusted are the system's authorities, which endpoints' certificates are checked by. The
// file, if one is named, is for the engine to read whenever it connects, but has to hold
// some more from the start.
func Trusted(ctx context.Context, caFile string) (*x509.CertPool, error) {
	pool, err := x509.SystemCertPool()
	if err != nil {
		return nil, fmt.Errorf("read the system's authorities: %w", err)
	}
	none := func() (*x509.CertPool, error) { return x509.NewCertPool(), nil }
	err = engine.NewTrust(none, storage.SystemSources(), caFile).Check(ctx)
	if errors.Is(err, context.Canceled) {
		return nil, err
	}
	if err != nil {
		return nil, storage.FieldErrors{{Field: "ca-file", Reason: strings.TrimPrefix(err.Error(), "CA file ")}}
	}
	return pool, nil
}

// listen takes the receiver's port, or notes why it cannot.
func (l *leader) listen(ca *receiver.CA) error {
	r, err := receiver.New(l.cfg.Store, receiver.Config{
		Listen: l.cfg.Listen, Hosts: l.cfg.Hosts, CA: ca, Now: l.cfg.Now, Sources: l.sources, Logger: l.cfg.Logger, Drain: drain,
		Forward: forward(l.cfg.ForwardTo, engine.NewTrust(l.roots, l.sources, l.cfg.CAFile)), Connections: shareOf(storage.OpenFiles()),
	})
	if err != nil {
		return err
	}
	switch err := r.Listen(); {
	case err == nil:
		l.receiver, l.status.ReceiverURL, l.status.ReceiverNames = r, r.URL(), r.Names()
		return nil
	case l.cfg.NeedReceiver:
		return errors.Join(err, r.Close())
	default:
		l.status.ReceiverError = err.Error()
		return r.Close()
	}
}

// run works until ctx ends or a part breaks. Then the engine stops first, so that what
// it has in flight to the receiver is still answered.
func (l *leader) run(ctx context.Context) error {
	group, working := errgroup.WithContext(ctx)
	serving, stopServing := context.WithCancel(context.WithoutCancel(ctx))
	defer stopServing()
	start := func(part func() error) { group.Go(func() error { return crash.Guard(part) }) }
	start(func() error {
		defer stopServing()
		return l.engine.Run(working)
	})
	start(func() error { return l.checks.Run(working) })
	if l.receiver != nil {
		start(func() error { return l.receive(working, serving) })
	}
	recorder := &runtimeRecorder{leader: l, started: l.cfg.Now()}
	save := l.try("save runtime", recorder.save)
	save(working)
	start(func() error { return every(working, time.Second, save) })
	start(func() error { return every(working, time.Minute, l.try("apply retention", l.retain)) })
	if l.cfg.Started != nil {
		l.cfg.Started(l.status)
	}
	l.try("tell of the start", l.announce)(context.WithoutCancel(ctx))
	err := group.Wait()
	l.try("tell of the end", l.resign)(context.WithoutCancel(ctx))
	if n := l.engine.CutOff(); n > 0 && l.cfg.CutOff != nil {
		l.cfg.CutOff(n)
	}
	return err
}

// receive runs the receiver until serving ends, and after working has ended no longer
// than what is in flight has.
func (l *leader) receive(working, serving context.Context) error {
	served, done := context.WithCancel(context.WithoutCancel(working))
	defer done()
	defer context.AfterFunc(working, func() {
		l.awaitDrain(served)
		_ = l.receiver.Close()
	})()
	return l.receiver.Serve(serving)
}

// awaitDrain waits until nothing more may be in flight, or ctx ends.
func (l *leader) awaitDrain(ctx context.Context) {
	timer := time.NewTimer(drain)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-l.cfg.Cutoff:
	case <-ctx.Done():
		return
	}
	timer.Reset(moment)
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}

// every does something again and again until ctx ends.
func every(ctx context.Context, period time.Duration, do func(context.Context)) error {
	timer := time.NewTimer(storage.NextTick(period))
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-timer.C:
			do(ctx)
		}
		timer.Reset(storage.NextTick(period))
	}
}

// try logs what goes wrong: neither a full disk nor a busy database ends the deliveries.
func (l *leader) try(what string, do func(context.Context) error) func(context.Context) {
	return func(ctx context.Context) {
		if err := do(ctx); err != nil && ctx.Err() == nil {
			l.cfg.Logger.Error(what, "error", err)
		}
	}
}

// announce keeps for everybody to read who delivers from now on.
func (l *leader) announce(ctx context.Context) error {
	text := fmt.Sprintf("process %d delivers, and receives at %s", os.Getpid(), l.status.ReceiverURL)
	if l.cfg.ForwardTo != "" {
		text += ", from where it relays to " + storage.WithoutTokens(l.cfg.ForwardTo)
	}
	if l.receiver == nil {
		text = fmt.Sprintf("process %d delivers; the receiver is off: %s", os.Getpid(), l.status.ReceiverError)
	}
	if l.status.Limited != "" {
		text += "; " + l.status.Limited
	}
	return l.recordActivity(ctx, drain, text)
}

// resign keeps for everybody to read that this process delivers no more.
func (l *leader) resign(ctx context.Context) error {
	return l.recordActivity(ctx, moment, fmt.Sprintf("process %d no longer delivers or receives", os.Getpid()))
}

// recordActivity keeps a text, if that takes no longer than patience.
func (l *leader) recordActivity(ctx context.Context, patience time.Duration, text string) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	return l.cfg.Store.AddActivity(ctx, storage.Activity{At: l.cfg.Now(), Kind: storage.ActivityProcess, Text: text})
}

func (l *leader) retain(ctx context.Context) error {
	removed, err := l.cfg.Store.ApplyRetention(ctx, storage.DefaultRetention())
	if removed > 0 {
		l.cfg.Logger.Info("apply retention", "removed", removed)
	}
	return err
}
