package engine

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"sync/atomic"
	"time"

	"backchannel/storage"
	"backchannel/storage/pemfile"
)

const (
	// maxResponseHeader limits the head of an answer in bytes. idleTimeout is that of
	// http.DefaultTransport.
	maxResponseHeader = 64 << 10
	idleTimeout       = 90 * time.Second
)

// A dialer makes the connections of one webhook.
type dialer struct {
	net.Dialer
	guard  guard
	tls    *tls.Config
	client string // the client certificate's file; empty: none
	trust  *Trust
	asked  atomic.Bool // the endpoint asked for a client certificate
	// instead, if not empty, is the address to connect to instead of the URL's. The host name
	// of the built-in receiver's URL may resolve only on other machines.
	instead string
}

func (b *endpointBuilder) dialer(w storage.Webhook) *dialer {
	d := &dialer{Dialer: net.Dialer{Timeout: w.Delivery.Timeout, Resolver: b.resolver}, guard: b.guard, client: w.Delivery.TLS.CertFile}
	if w.URL == storage.BuiltinReceiver {
		d.instead = b.receiverAddress()
	} else {
		d.ControlContext = b.guard.control
	}
	return d
}

// secure configures the dialer with the webhook's TLS files. The dialer reads them for each
// connection, because certificates are renewed. secure reads them only to report errors
// early: the endpoint may not ask for a client certificate. Its errors are problems.
func (b *endpointBuilder) secure(ctx context.Context, dial *dialer, t storage.TLSOptions) error {
	dial.trust = NewTrust(b.roots, b.sources, b.caFile, t.CAFile)
	dial.tls = &tls.Config{InsecureSkipVerify: t.SkipVerify}
	if err := dial.trust.Check(ctx); err != nil {
		return err
	}
	if t.CertFile == "" {
		return nil
	}
	dial.tls.GetClientCertificate = func(asked *tls.CertificateRequestInfo) (*tls.Certificate, error) {
		return b.clientCertificate(asked.Context(), t)
	}
	_, err := b.clientCertificate(ctx, t)
	return err
}

func (b *endpointBuilder) clientCertificate(ctx context.Context, t storage.TLSOptions) (*tls.Certificate, error) {
	pair, err := t.ClientCertificate(ctx, b.sources)
	switch fault := new(pemfile.PairError); {
	case errors.As(err, &fault):
		return nil, retryIfJustChanged(b.sources, sourceProblem(storage.ClassConfig, "", err), t.CertFile, t.KeyFile)
	case err != nil:
		return nil, sourceProblem(storage.ClassConfig, "", err)
	}
	return pair, nil
}
