package engine

import (
	"crypto/x509"
	"log/slog"
	"math/rand/v2"
	"net"
	"time"

	"backchannel/storage"
)

// DefaultDrain is how long Run waits for what is in flight.
const DefaultDrain = 10 * time.Second

// A Config is what an engine depends on besides its store. The zero value of each
// field is something sensible.
type Config struct {
	Now     func() time.Time // the wall clock
	Version string           // for the User-Agent: backchannel/VERSION
	Sources storage.Sources  // where secrets and TLS files are read from
	// ReceiverURL is the built-in receiver's base URL now, else why it is off.
	ReceiverURL func() (url, reason string)
	// ReceiverAddress is the HOST:PORT by which this machine reaches it, if the URL's host is
	// another; nil: it is not.
	ReceiverAddress func() string
	// RootCAs are the authorities that every endpoint's certificate is checked by, the
	// system's by default. It is asked once for each version of a webhook.
	RootCAs func() (*x509.CertPool, error)
	// CAFile has more of them, in PEM; it is read for each connection. Empty: there is none.
	CAFile string
	// BlockPrivate refuses loopback and private addresses, too.
	BlockPrivate bool
	Resolver     *net.Resolver // for host names
	Drain        time.Duration // how long Run waits for what is in flight: 10 s
	// Cutoff ends that wait early when it is closed; nil: nothing does.
	Cutoff <-chan struct{}
	// Blocked reports whether nothing may be sent, since what came of it could not be kept.
	// A hint that something changed follows when that is over. nil: it never is so.
	Blocked func() bool
	// Concurrency is how many attempts may be made at a time, of all webhooks together; 0: as
	// many as these allow.
	Concurrency int
	// OnStall is told why deliveries wait, outcomes that cannot be recorded or a shortage
	// here, and nothing once they go on. A store on a full disk could not keep that.
	OnStall func(reason string)
	Jitter  func() float64 // from 0 to 1, random
	// Conceal is what to hide in answers besides the webhooks' secrets.
	Conceal []string
	Logger  *slog.Logger // silent
}

func (c Config) withDefaults() Config {
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Version == "" {
		c.Version = "dev"
	}
	if c.Sources.Env == nil || c.Sources.ReadFile == nil {
		c.Sources = storage.SystemSources()
	}
	if c.ReceiverURL == nil {
		c.ReceiverURL = func() (string, string) { return "", "" }
	}
	if c.ReceiverAddress == nil {
		c.ReceiverAddress = func() string { return "" }
	}
	if c.RootCAs == nil {
		c.RootCAs = x509.SystemCertPool
	}
	if c.Drain == 0 {
		c.Drain = DefaultDrain
	}
	if c.Jitter == nil {
		c.Jitter = rand.Float64
	}
	if c.Blocked == nil {
		c.Blocked = func() bool { return false }
	}
	if c.OnStall == nil {
		c.OnStall = func(string) {}
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	return c
}

func (c Config) endpoints() *endpointBuilder {
	return &endpointBuilder{
		version: c.Version, sources: c.Sources, receiver: c.ReceiverURL, receiverAddress: c.ReceiverAddress, roots: c.RootCAs, caFile: c.CAFile,
		guard: guard{blockPrivate: c.BlockPrivate}, resolver: c.Resolver, conceal: c.Conceal, freshFiles: freshFiles,
	}
}
