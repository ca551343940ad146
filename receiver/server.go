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

	"backchannel/storage"
)

// ErrBusy is what Listen answers when another program has the port.
var ErrBusy = errors.New("the port is in use")

// The bounds of a request.
const (
	MaxBody     = 1 << 20
	maxHeader   = 64 << 10
	readTimeout = 10 * time.Second
	idleTimeout = 2 * time.Minute

	crowdedIdleTimeout = 2 * time.Second
)

// Config is what a Receiver depends on. Only CA must be set.
type Config struct {
	Listen  string   // HOST:PORT; port 0 takes any free one
	Hosts   []string // further ones by which it is reached, as ParseHost answers them
	CA      *CA
	Now     func() time.Time // nil: time.Now
	Random  func() float64   // from 0 to below 1, for failures by percentage; nil: math/rand
	Sources storage.Sources  // of secrets kept elsewhere
	Logger  *slog.Logger     // nil: none
	Drain   time.Duration    // what requests under way get to finish; 0: DefaultDrain
	// ReadTimeout is what a request gets to arrive whole; 0: 10 s.
	ReadTimeout time.Duration
	Forward     *Forward // nil: nothing is relayed
	// Connections is how many may be open at a time; further ones wait. 0: no limit.
	Connections int
}

// DefaultListen and DefaultDrain are what a Receiver does unless told otherwise.
const (
	DefaultListen = "127.0.0.1:9443"
	DefaultDrain  = 10 * time.Second
)

// A Receiver is the built-in endpoint. Make it with New, then Listen, then Serve.
type Receiver struct {
	store   Store
	cfg     Config
	log     *slog.Logger
	keys    *keyring
	schemas *schemas
	faults  *counters
	large   chan struct{} // a slot for each body that is being read and is not small
	teller  *teller
	finish  *finisher
	forward *forwarder // nil: nothing is relayed

	endpoints *endpoints

	listener net.Listener
	url      string
	address  string
	reach    reach

	stopping context.Context // ends when Serve is told to
	stop     context.CancelFunc
	working  context.Context // ends when nobody has a request in hand any more
	quit     context.CancelFunc
	handlers sync.WaitGroup

	refusals atomic.Int64
	unstored atomic.Int64
}

// New makes a receiver that does not listen yet.
func New(store Store, cfg Config) (*Receiver, error) {
	if cfg.CA == nil {
		return nil, errors.New("make receiver: it needs a CA")
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
		store: store, cfg: cfg, log: cfg.Logger,
		keys:    newKeyring(cfg.Sources),
		schemas: newSchemas(),
		faults:  newCounters(cfg.Random),
		large:   make(chan struct{}, maxLarge),
		teller:  newTeller(store.AddActivity, cfg.Now, cfg.Logger),
	}
	r.stopping, r.stop = context.WithCancel(context.Background())
	r.working, r.quit = context.WithCancel(context.Background())
	r.finish = newFinisher(r.working, store, cfg.Logger)
	r.endpoints = newEndpoints(r.working, store, r.URL)
	if cfg.Forward != nil {
		r.forward = newForwarder(*cfg.Forward, store, cfg, r.teller.tell)
	}
	return r, nil
}

// Listen takes the port. Requests wait from then on, and are served by Serve.
func (r *Receiver) Listen() error {
	host, _, err := net.SplitHostPort(r.cfg.Listen)
	if err != nil {
		return fmt.Errorf("listen on %q: it is no HOST:PORT; use --listen %s, say", r.cfg.Listen, DefaultListen)
	}
	listener, err := net.Listen("tcp", r.cfg.Listen) //nolint:noctx // it does not block
	if err != nil {
		return fmt.Errorf("listen on %s: %w", r.cfg.Listen, listenError(err))
	}
	if r.cfg.Connections > 0 {
		listener = netutil.LimitListener(listener, r.cfg.Connections)
	}
	r.listener = watchedListener{listener, func(lack string) { r.teller.tell(waitingConnections(), lack) }}
	_, port, _ := net.SplitHostPort(listener.Addr().String()) // it has just been made from one
	r.url, r.address = baseURL(host, port, r.cfg.Hosts), dialable(host, port)
	r.reach = newReach(host, r.cfg.Hosts)
	return nil
}

// listenError says what to do about an address that cannot be listened on.
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

// URL is where the receiver can be called: https://127.0.0.1:9443, say, or when it listens
// on every address by the first of Config.Hosts, else one of the machine's own addresses.
// It is empty until Listen has succeeded.
func (r *Receiver) URL() string { return r.url }

// Address is the HOST:PORT by which this machine reaches it, whatever the URL's host is.
func (r *Receiver) Address() string { return r.address }

// Names are the names and addresses that its certificate has now.
func (r *Receiver) Names() []string { return r.reach.names() }

// Refused is how many requests net/http has refused before a handler saw them.
func (r *Receiver) Refused() int64 { return r.refusals.Load() }

// Unstored is how many requests were answered 503 because they could not be stored.
func (r *Receiver) Unstored() int64 { return r.unstored.Load() }

// Close gives the port back if Serve was never called. Else it has Serve end at once.
func (r *Receiver) Close() error {
	r.stop()
	r.quit()
	if r.listener == nil {
		return nil
	}
	return r.listener.Close()
}

// Serve answers requests until ctx ends. Then it takes no more, lets those under way
// finish, for as long as Config.Drain, and returns when all that is known of them is
// stored. It can be called once.
func (r *Receiver) Serve(ctx context.Context) error {
	defer r.quit()
	server := r.server()
	defer context.AfterFunc(ctx, r.stop)()
	defer r.stop()
	telling := make(chan any, 1)
	go func() {
		defer func() { telling <- recover() }()
		r.teller.run(r.working, r.stopping)
	}()
	r.startRelaying()
	failed := make(chan error, 1)
	go func() { failed <- server.ServeTLS(r.listener, "", "") }()
	var err error
	select {
	case err = <-failed:
		r.stop()
	case <-r.stopping.Done():
	}
	r.shutDown(server)
	if cause := <-telling; cause != nil {
		panic(cause)
	}
	if err != nil {
		return fmt.Errorf("serve %s: %w", r.url, err)
	}
	return nil
}

// shutDown waits for the requests under way, and cuts off those that take too long.
func (r *Receiver) shutDown(server *http.Server) {
	patience, cancel := context.WithTimeout(r.working, r.cfg.Drain)
	defer cancel()
	if err := server.Shutdown(patience); err != nil {
		_ = server.Close()
	}
	impatient := context.AfterFunc(patience, r.quit) // the store's turn to give up
	r.handlers.Wait()
	r.stopRelaying()
	r.finish.wait()
	impatient()
}

func (r *Receiver) server() *http.Server {
	certificate := newLeaf(r.cfg.CA, r.reach.names, r.cfg.Now)
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

// idleTimeout is how long a connection may be kept without a request: not long when others
// may wait for it.
func (r *Receiver) idleTimeout() time.Duration {
	if r.cfg.Connections > 0 {
		return crowdedIdleTimeout
	}
	return idleTimeout
}

// protocols are what a client may offer to speak. net/http adds the first two by itself,
// but knows HTTP/1.0 only from clients that offer nothing.
func protocols() []string { return []string{"h2", "http/1.1", "http/1.0"} }
