// Package leader runs everything that a process needs to deliver and receive: engine, receiver,
// endpoint checks, retention and the Runtime row, from which other processes know its state. All
// of it starts and stops together. Start with [Run].
//
// For a data folder, Run first waits for the folder's lock, so that of several processes that call
// it only one works at a time. Processes on a shared database do not wait for each other. The
// package prints nothing.
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

// A Config configures a leader.
type Config struct {
	Store Store
	// CA returns the local authority, once this process has the lock.
	CA func(context.Context) (*receiver.CA, error)
	// Engine returns what delivers. If it is nil, that is package engine's engine for a data folder.
	Engine       func(engine.Config) (Engine, error)
	Listen       string   // HOST:PORT of the receiver
	Hosts        []string // further names and addresses at which senders reach it
	Advertise    string   // the URL by which senders reach it; empty: that of where it listens
	NeedReceiver bool     // Run returns an error if the receiver cannot listen, instead of leaving it off
	CAFile       string   // PEM, trusted by deliveries in addition to the system's and the local CA
	BlockPrivate bool
	ForwardTo    string // URL that verified receipts are relayed to; empty: nowhere
	Version      string
	Host         string // this machine's name, if processes of several deliver from the store
	Now          func() time.Time
	Logger       *slog.Logger
	// Cutoff, when closed, shortens the time that attempts in flight have to finish once Run's
	// context is done. With nil they have all of it.
	Cutoff <-chan struct{}
	// Started is called once this process has the lock and everything is running.
	Started func(Status)
	// OnStall is called with the reason when deliveries have to wait, as engine.Config's OnStall, and
	// also when the start has to wait.
	OnStall func(reason string)
	// OnCutOff is called at the end with the number of attempts that did not finish, if any.
	OnCutOff func(attempts int64)
}

// gcPercent is the GOGC value. Only a few megabytes are in use, so a larger heap costs little, while
// the default of 100 takes a sixth of the processor time of a process that delivers.
const gcPercent = 400

// A Status describes a leader that has started.
type Status struct {
	ReceiverURL   string   // empty while the receiver is off
	ReceiverError string   // why it is off
	ReceiverNames []string // in its certificate at the start
	CA            string   // path of the local authority's certificate
	Limited       string   // which limit is lower than configured, and why; empty: none
}

// The engine and the receiver give attempts and requests in flight the time drain to finish.
// The receiver stops after the engine, whose attempts may be on their way to it, and then has
// the time grace to store their outcomes.
const (
	drain = 10 * time.Second
	grace = time.Second
)

// Run waits for the lock, then delivers and receives until ctx is done. It returns nil once
// everything has stopped in order, also if it never got the lock. It reads the authorities, which
// takes some time, before it waits, so that it can take over at once.
func Run(ctx context.Context, cfg Config) error {
	debug.SetGCPercent(gcPercent)
	slog.SetDefault(cfg.Logger) // net/http logs some responses to the standard logger, which would write over the screen
	roots, err := Trusted(ctx, cfg.CAFile)
	if errors.Is(err, context.Canceled) {
		return nil
	}
	if err != nil {
		return err
	}
	return engine.Lead(ctx, cfg.Store, cfg.reportWait, func(ctx context.Context) error {
		var l *leader
		err := storage.Persist(ctx, func(ctx context.Context) (err error) {
			l, err = newLeader(ctx, cfg, roots)
			return err
		}, cfg.reportWait)
		if ctx.Err() != nil && storage.Transient(err) {
			return nil
		}
		if err != nil {
			return err
		}
		return l.run(ctx)
	})
}

// reportWait reports why nothing can be delivered or received yet, or with nil that it can be. It does
// not report that the database is unavailable, because the store does.
func (cfg Config) reportWait(err error) {
	if err != nil {
		cfg.Logger.Warn("the start waits", "error", err)
	}
	switch {
	case cfg.OnStall == nil || errors.Is(err, storage.ErrUnreachable):
	case err == nil:
		cfg.OnStall("")
	default:
		cfg.OnStall("nothing is delivered or received here yet: " + err.Error())
	}
}

// A leader is this process while it delivers and receives.
type leader struct {
	cfg      Config
	receiver *receiver.Receiver // nil while it is off
	engine   Engine
	checks   *check.Server
	status   Status
	process  string // a name of this process for people
	sources  storage.Sources
	roots    func() (*x509.CertPool, error) // the system's authorities and the local one
}

func newLeader(ctx context.Context, cfg Config, roots *x509.CertPool) (*leader, error) {
	ca, err := cfg.CA(ctx)
	if err != nil {
		return nil, err
	}
	ca.AddTo(roots)
	l := &leader{
		cfg: cfg, status: Status{CA: ca.Path()}, process: storage.Runtime{PID: os.Getpid(), Name: cfg.Host}.Process(""), sources: storage.SystemSources(),
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
		Drain:           drain, Cutoff: cfg.Cutoff, OnStall: cfg.OnStall, Logger: cfg.Logger, Concurrency: concurrencyLimit(storage.OpenFiles()),
		Blocked: func() bool { return cfg.Store.Lost() != nil },
	}
	l.checks = check.NewServer(cfg.Store, check.Config{Engine: delivering, Now: cfg.Now})
	if cfg.Engine == nil {
		l.engine = engine.New(cfg.Store, delivering)
		return l, nil
	}
	if l.engine, err = cfg.Engine(delivering); err != nil {
		return nil, errors.Join(err, l.close())
	}
	return l, nil
}

// Trusted returns the system's authorities, with which endpoints' certificates are verified.
// It returns an error if a CA file is named that has no certificates. It does not add those:
// the engine reads the file whenever it connects, because it may change.
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

// listen listens on the receiver's port, or records why that is not possible.
func (l *leader) listen(ca *receiver.CA) error {
	r, err := receiver.New(l.cfg.Store, receiver.Config{
		Listen: l.cfg.Listen, Hosts: l.cfg.Hosts, Advertise: l.cfg.Advertise, CA: ca, Now: l.cfg.Now, Sources: l.sources, Logger: l.cfg.Logger, Drain: drain,
		Forward: forward(l.cfg.ForwardTo, engine.NewTrust(l.roots, l.sources, l.cfg.CAFile)), Connections: concurrencyLimit(storage.OpenFiles()),
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

// close closes a receiver that was not run.
func (l *leader) close() error {
	if l.receiver == nil {
		return nil
	}
	return l.receiver.Close()
}

// run runs every part until ctx is done or one of them fails. Then the engine stops first, so
// that the receiver still answers the engine's attempts in flight.
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
	name, _ := os.Hostname() // only for people
	recorder := &runtimeRecorder{leader: l, started: l.cfg.Now(), name: name}
	save := l.try("save runtime", recorder.save)
	save(working)
	start(func() error { return every(working, time.Second, save) })
	start(func() error { return every(working, time.Minute, l.try("apply retention", l.retain)) })
	if l.cfg.Started != nil {
		l.cfg.Started(l.status)
	}
	l.try("record the start", l.announce)(context.WithoutCancel(ctx))
	err := group.Wait()
	l.try("record the end", l.resign)(context.WithoutCancel(ctx))
	if n := l.engine.CutOff(); n > 0 && l.cfg.OnCutOff != nil {
		l.cfg.OnCutOff(n)
	}
	return err
}

// receive runs the receiver until serving is done, but not longer than attempts in flight may
// take once working is done.
func (l *leader) receive(working, serving context.Context) error {
	served, done := context.WithCancel(context.WithoutCancel(working))
	defer done()
	defer context.AfterFunc(working, func() {
		l.awaitDrain(served)
		_ = l.receiver.Close()
	})()
	return l.receiver.Serve(serving)
}

// awaitDrain waits until no attempt can be in flight any more, or ctx is done.
func (l *leader) awaitDrain(ctx context.Context) {
	timer := time.NewTimer(drain)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-l.cfg.Cutoff:
	case <-ctx.Done():
		return
	}
	storage.Sleep(ctx, grace)
}

// every calls do once per period until ctx is done.
func every(ctx context.Context, period time.Duration, do func(context.Context)) error {
	for storage.Sleep(ctx, storage.NextTick(period)) {
		do(ctx)
	}
	return nil
}

// try returns a function that logs the errors of do: neither a full disk nor a busy database
// may end the deliveries.
func (l *leader) try(what string, do func(context.Context) error) func(context.Context) {
	return func(ctx context.Context) {
		if err := do(ctx); err != nil && ctx.Err() == nil {
			l.cfg.Logger.Error(what, "error", err)
		}
	}
}

// announce records in Activity that this process delivers from now on.
func (l *leader) announce(ctx context.Context) error {
	text := fmt.Sprintf("%s delivers, and receives at %s", l.process, l.status.ReceiverURL)
	if l.cfg.ForwardTo != "" {
		text += ", from where it relays to " + storage.WithoutTokens(l.cfg.ForwardTo)
	}
	if l.receiver == nil {
		text = fmt.Sprintf("%s delivers; the receiver is off: %s", l.process, l.status.ReceiverError)
	}
	if l.status.Limited != "" {
		text += "; " + l.status.Limited
	}
	return l.recordActivity(ctx, drain, text)
}

// resign records in Activity that this process no longer delivers.
func (l *leader) resign(ctx context.Context) error {
	return l.recordActivity(ctx, grace, l.process+" no longer delivers or receives")
}

// recordActivity adds an activity about this process. It has a timeout, because an unavailable
// database must not keep the process from ending.
func (l *leader) recordActivity(ctx context.Context, timeout time.Duration, text string) error {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	return l.cfg.Store.AddActivity(ctx, storage.Activity{At: l.cfg.Now(), Kind: storage.ActivityProcess, Text: text})
}

// retain removes records that retention no longer keeps.
func (l *leader) retain(ctx context.Context) error {
	removed, err := l.cfg.Store.ApplyRetention(ctx, storage.DefaultRetention())
	if removed > 0 {
		l.cfg.Logger.Info("apply retention", "removed", removed)
	}
	return err
}
