package engine

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"net"
	"net/http"
	"net/http/httptrace"
	"time"

	"backchannel/storage"
)

const (
	maxResponseHeader = 64 << 10
	idleTimeout       = 90 * time.Second
)

// rootsFunc has the authorities that every webhook trusts.
type rootsFunc func() (*x509.CertPool, error)

// A dialer makes the connections of one webhook.
type dialer struct {
	net.Dialer
	tls *tls.Config
}

func (o *outfitter) dialer(w storage.Webhook) *dialer {
	d := &dialer{Dialer: net.Dialer{Timeout: w.Delivery.Timeout, Resolver: o.resolver}}
	if w.URL != storage.BuiltinReceiver {
		d.ControlContext = o.guard.control
	}
	return d
}

// newTransport keeps a connection for each attempt that may be in flight. It follows no
// proxy of the environment and asks for no compression, so that the answer is recorded
// as it came.
func newTransport(d storage.DeliveryOptions, config *tls.Config, dial *dialer) *http.Transport {
	dial.tls = config
	return &http.Transport{
		DialContext:            dial.DialContext,
		TLSClientConfig:        config.Clone(), // which the transport changes
		ForceAttemptHTTP2:      true,
		DisableCompression:     true,
		MaxIdleConns:           d.Concurrency,
		MaxIdleConnsPerHost:    d.Concurrency,
		IdleConnTimeout:        idleTimeout,
		MaxResponseHeaderBytes: maxResponseHeader,
		HTTP2:                  &http.HTTP2Config{SendPingTimeout: d.Timeout, PingTimeout: d.Timeout},
	}
}

// tlsConfig reads the webhook's TLS files. Its errors are problems.
func (o *outfitter) tlsConfig(ctx context.Context, t storage.TLSOptions) (*tls.Config, error) {
	roots, err := o.trusted(ctx, t.CAFile)
	if err != nil {
		return nil, err
	}
	config := &tls.Config{RootCAs: roots, InsecureSkipVerify: t.SkipVerify}
	if t.CertFile == "" {
		return config, nil
	}
	if _, err := o.clientCertificate(ctx, t); err != nil {
		return nil, err
	}
	config.GetClientCertificate = func(asked *tls.CertificateRequestInfo) (*tls.Certificate, error) {
		return o.clientCertificate(asked.Context(), t) // read for each connection: certificates are renewed
	}
	return config, nil
}

func (o *outfitter) trusted(ctx context.Context, caFile string) (*x509.CertPool, error) {
	roots, err := o.roots()
	if err != nil {
		return nil, problemf(storage.ClassConfig, "read trusted authorities: %v", err)
	}
	if caFile == "" {
		return roots, nil
	}
	pem, err := o.sources.ReadFile(ctx, caFile)
	if err != nil {
		return nil, sourceProblem(storage.ClassConfig, "read CA file", err)
	}
	roots = roots.Clone()
	if !roots.AppendCertsFromPEM(pem) {
		return nil, problemf(storage.ClassConfig, "CA file %s holds no PEM certificate", caFile)
	}
	return roots, nil
}

func (o *outfitter) clientCertificate(ctx context.Context, t storage.TLSOptions) (*tls.Certificate, error) {
	cert, err := o.sources.ReadFile(ctx, t.CertFile)
	if err != nil {
		return nil, sourceProblem(storage.ClassConfig, "read client certificate", err)
	}
	key, err := o.sources.ReadFile(ctx, t.KeyFile)
	if err != nil {
		return nil, sourceProblem(storage.ClassConfig, "read client key", err)
	}
	pair, err := tls.X509KeyPair(cert, key)
	if err != nil {
		return nil, problemf(storage.ClassConfig, "%s and %s do not make a client certificate: %v", t.CertFile, t.KeyFile, err)
	}
	return &pair, nil
}

// connect dials as the transport would, and offers the protocols over TLS.
func (d *dialer) connect(ctx context.Context, scheme, host, address string, protocols ...string) (net.Conn, error) {
	plain, err := d.DialContext(ctx, "tcp", address)
	if err != nil || scheme != "https" {
		return plain, err
	}
	config := d.tls.Clone()
	config.ServerName, config.NextProtos = host, protocols
	secured := tls.Client(plain, config)
	if err := handshake(ctx, secured); err != nil {
		_ = plain.Close()
		return nil, err
	}
	return secured, nil
}

// handshake tells the trace of ctx, if there is one.
func handshake(ctx context.Context, c *tls.Conn) error {
	trace := httptrace.ContextClientTrace(ctx)
	if trace == nil {
		return c.HandshakeContext(ctx)
	}
	trace.TLSHandshakeStart()
	err := c.HandshakeContext(ctx)
	trace.TLSHandshakeDone(c.ConnectionState(), err)
	return err
}
