package receiver

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"golang.org/x/net/netutil"

	"backchannel/receiver/executions"
	"backchannel/storage"
)

// ErrBusy is the error that Listen wraps if another program uses the port.
var ErrBusy = errors.New("the port is in use")

// The bounds of a request.
const (
	maxHeader   = 64 << 10
	readTimeout = 10 * time.Second
	idleTimeout = 2 * time.Minute

	// crowdedIdleTimeout is the idle timeout while connections are limited.
	crowdedIdleTimeout = 2 * time.Second
)

// Config configures a Receiver. Only CA is required.
type Config struct {
	Listen string   // HOST:PORT; port 0 takes any free one
	Hosts  []string // further names and addresses, in the form that ParseHost returns
	// Advertise is the URL at which senders reach the receiver, as ParseAdvertised returns it. Its
	// host is among Hosts. Empty: the URL of the address on which it listens.
	Advertise string
	CA        *CA
	Now       func() time.Time // nil: time.Now
	Random    func() float64   // in [0, 1), for failures by percentage; nil: math/rand
	Sources   storage.Sources  // where secrets outside the store are read
	Logger    *slog.Logger     // nil: none
	Drain     time.Duration    // how long requests in progress may take to finish; 0: DefaultDrain
	// ReadTimeout is how long a request may take to arrive; 0: 10 s.
	ReadTimeout time.Duration
	Forward     *Forward // nil: nothing is relayed
	// Connections limits the open connections; further ones wait. 0: no limit.
	Connections int
}

// The defaults of Config.Listen and Config.Drain.
const (
	DefaultListen = "127.0.0.1:9443"
	DefaultDrain  = 10 * time.Second
)

// A Receiver is the built-in endpoint. Create it with New, then call Listen and Serve.
type Receiver struct {
	*lifetime
	cfg      Config
	log      *slog.Logger
	activity *activityRecorder
	feedback *feedback

	executions *executions.Handler

	listener net.Listener
	url      string
	address  string
	names    serverNames

	handlers sync.WaitGroup
	refusals atomic.Int64
}

// New returns a receiver that does not listen yet.
func New(store Store, cfg Config) (*Receiver, error) {
	if cfg.CA == nil {
		return nil, errors.New("create receiver: Config.CA is not set")
	}
	cfg.Listen = cmp.Or(cfg.Listen, DefaultListen)
	cfg.Drain = cmp.Or(cfg.Drain, DefaultDrain)
	cfg.ReadTimeout = cmp.Or(cfg.ReadTimeout, readTimeout)
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Random == nil {
		cfg.Random = rand.Float64
	}
	if cfg.Sources.Env == nil || cfg.Sources.ReadFile == nil {
		cfg.Sources = storage.SystemSources()
	}
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	r := &Receiver{
		lifetime: newLifetime(), cfg: cfg, log: cfg.Logger,
		activity: newActivityRecorder(store.AddActivity, cfg.Now, cfg.Logger),
	}
	r.feedback = newFeedback(r.lifetime, store, cfg, r.activity, r.URL)
	r.executions = executions.New(r.working, store, executions.Config{Now: cfg.Now, Bodies: r.feedback.bodies, Unstored: r.feedback.recordUnstored})
	return r, nil
}

// Listen opens the port. Connections are queued until Serve is called. The error says what to do; it
// matches ErrBusy if another program uses the port.
func (r *Receiver) Listen() error {
	host, _, err := net.SplitHostPort(r.cfg.Listen)
	if err != nil {
		return fmt.Errorf("listen on %q: it is not of the form HOST:PORT; use --listen %s, for example", r.cfg.Listen, DefaultListen)
	}
	listener, err := net.Listen("tcp", r.cfg.Listen) //nolint:noctx // it does not block
	if err != nil {
		return fmt.Errorf("listen on %s: %w", r.cfg.Listen, listenError(err))
	}
	if r.cfg.Connections > 0 {
		listener = netutil.LimitListener(listener, r.cfg.Connections)
	}
	r.listener = watchedListener{listener, func(resource string) { r.activity.record(waitingConnections(), resource) }}
	_, port, _ := net.SplitHostPort(listener.Addr().String()) // an Addr of a TCP listener has this form
	r.url, r.address = cmp.Or(r.cfg.Advertise, baseURL(host, port, r.cfg.Hosts)), dialable(host, port)
	r.names = newServerNames(host, r.cfg.Hosts)
	return nil
}

// listenError explains an error of net.Listen and says what to do about it.
func listenError(err error) error {
	var resolve *net.DNSError
	var address *net.AddrError
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return fmt.Errorf("%w by another program; end that one, or choose another port with --listen HOST:PORT (port 0: any free one)", ErrBusy)
	case errors.Is(err, syscall.EADDRNOTAVAIL):
		return errors.New("this machine does not have that address; choose another with --listen HOST:PORT")
	case errors.Is(err, syscall.EACCES):
		return errors.New("not permitted; ports below 1024 need privileges, choose another with --listen HOST:PORT")
	case errors.As(err, &resolve):
		return fmt.Errorf("the host %q cannot be resolved; choose another with --listen HOST:PORT", resolve.Name)
	case errors.As(err, &address):
		return fmt.Errorf("%s; choose another with --listen HOST:PORT", address.Err)
	}
	return fmt.Errorf("%w; choose another address with --listen HOST:PORT", err)
}

// URL returns the receiver's URL, such as https://127.0.0.1:9443. If the receiver listens
// on every address, the URL has the first of Config.Hosts, or else one of the machine's
// own addresses. It is empty until Listen has succeeded.
func (r *Receiver) URL() string { return r.url }

// Address returns the HOST:PORT at which this machine reaches the receiver, whatever the
// host of the URL is.
func (r *Receiver) Address() string { return r.address }

// Names returns the names and addresses that a certificate issued now would have.
func (r *Receiver) Names() []string { return r.names.all() }

// Refused returns how many requests net/http refused before a handler saw them.
func (r *Receiver) Refused() int64 { return r.refusals.Load() }

// Close closes the port. If Serve is running, Close makes it return at once.
func (r *Receiver) Close() error {
	r.stop()
	r.quit()
	if r.listener == nil {
		return nil
	}
	return r.listener.Close()
}

// Serve answers requests until ctx is done. It then accepts no more, gives those in
// progress the time of Config.Drain to finish, stores their outcomes and returns. It can
// be called once.
func (r *Receiver) Serve(ctx context.Context) error {
	defer r.quit()
	server := r.server()
	defer context.AfterFunc(ctx, r.stop)()
	defer r.stop()
	recorderEnded := make(chan any, 1)
	go func() {
		defer func() { recorderEnded <- recover() }()
		r.activity.run(r.working, r.stopping)
	}()
	r.feedback.startRelaying()
	failed := make(chan error, 1)
	go func() { failed <- server.ServeTLS(r.listener, "", "") }()
	var err error
	select {
	case err = <-failed:
		r.stop()
	case <-r.stopping.Done():
	}
	r.shutDown(server)
	if cause := <-recorderEnded; cause != nil {
		panic(cause)
	}
	if err != nil {
		return fmt.Errorf("serve %s: %w", r.url, err)
	}
	return nil
}

// shutDown waits for the requests in progress and aborts those that exceed Config.Drain.
func (r *Receiver) shutDown(server *http.Server) {
	draining, cancel := context.WithTimeout(r.working, r.cfg.Drain)
	defer cancel()
	if err := server.Shutdown(draining); err != nil {
		_ = server.Close()
	}
	stopQuitting := context.AfterFunc(draining, r.quit) // a store that hangs must not keep the handlers waiting forever
	r.handlers.Wait()
	r.feedback.finish()
	stopQuitting()
}

// server returns the HTTP server. It has no write timeout, because a response profile may ask for
// an answer that takes minutes.
func (r *Receiver) server() *http.Server {
	certificate := newLeaf(r.cfg.CA, r.names.all, r.cfg.Now)
	return &http.Server{
		Handler:        r.routes(),
		TLSConfig:      &tls.Config{MinVersion: tls.VersionTLS12, GetCertificate: certificate.get, NextProtos: protocols()},
		ReadTimeout:    r.cfg.ReadTimeout,
		IdleTimeout:    r.idleTimeout(),
		MaxHeaderBytes: maxHeader,
		ConnContext:    connContext,
		ConnState:      r.connState,
		ErrorLog:       log.New(errorLog{r}, "", 0),

		DisableGeneralOptionsHandler: true, // OPTIONS * is a request like any other
	}
}

// idleTimeout returns how long a connection may be idle. It is short if connections are
// limited, because others may then be waiting.
func (r *Receiver) idleTimeout() time.Duration {
	if r.cfg.Connections > 0 {
		return crowdedIdleTimeout
	}
	return idleTimeout
}

// protocols returns the protocols that a client may offer by ALPN. net/http adds the first
// two itself, but accepts HTTP/1.0 only from clients that offer nothing.
func protocols() []string { return []string{"h2", "http/1.1", "http/1.0"} }
