package engine

import (
	"crypto/x509"
	"log/slog"
	"math/rand/v2"
	"net"
	"time"

	"backchannel/storage"
)

// DefaultDrain is how long [Engine.Run] waits for the attempts in flight after its context is
// done.
const DefaultDrain = 10 * time.Second

// A Config configures an Engine or a Client. The zero value of every field is usable.
type Config struct {
	Now     func() time.Time // the wall clock; nil: time.Now
	Version string           // for the User-Agent: backchannel/VERSION
	Sources storage.Sources  // where secrets and TLS files are read
	// ReceiverURL returns the built-in receiver's current base URL, or why it is off. It is
	// called for each attempt, because the port may change.
	ReceiverURL func() (url, reason string)
	// ReceiverAddress returns the HOST:PORT at which this machine reaches the receiver, if that
	// differs from the URL's; nil: it never does.
	ReceiverAddress func() string
	// RootCAs returns the authorities that are trusted for every endpoint; nil: the system's.
	// It is called once for each version of a webhook.
	RootCAs func() (*x509.CertPool, error)
	// CAFile is a PEM file with further authorities, which is read for each connection.
	// Empty: there are none.
	CAFile string
	// BlockPrivate also refuses loopback and private addresses.
	BlockPrivate bool
	Resolver     *net.Resolver // for host names
	Drain        time.Duration // how long Run waits for the attempts in flight; 0: DefaultDrain
	// Cutoff ends that wait early when it is closed; nil: never.
	Cutoff <-chan struct{}
	// Blocked reports whether no attempt may begin because its outcome could not be stored.
	// When that ends, the store must hint at a change. nil: never.
	Blocked func() bool
	// Concurrency limits the attempts at a time for all webhooks together; 0: only the
	// webhooks' own limits apply.
	Concurrency int
	// OnStall is called with the reason when deliveries begin to wait because outcomes cannot
	// be recorded, attempts cannot begin or a resource is short, and with "" when they continue. It exists because
	// on a full disk no activity can say so.
	OnStall func(reason string)
	Jitter  func() float64 // random, in [0, 1); nil: math/rand
	// MaskAlso lists texts to mask in answers, in addition to the webhooks' secrets.
	MaskAlso []string
	Logger   *slog.Logger // nil: none
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
		guard: guard{blockPrivate: c.BlockPrivate}, resolver: c.Resolver, maskAlso: c.MaskAlso, freshFiles: freshFiles,
	}
}
