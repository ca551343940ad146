package engine

import (
	"cmp"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"time"

	"backchannel/storage"
)

// A TLSReport is what an endpoint presents in a handshake, trusted or not.
type TLSReport struct {
	State tls.ConnectionState
	Host  string // for which the certificate has to be valid
	Roots *x509.CertPool
	by    *authorities
}

// Explain returns in one line what a verification error of the certificate means, and what to
// do.
func (r TLSReport) Explain(err error, now time.Time) string {
	p := presentedChain{sent: r.State.PeerCertificates, by: r.by, host: r.Host, now: now}
	return p.explain(err)
}

// InspectTLS makes a handshake with a webhook's endpoint that verifies nothing, and sends no
// request. It offers the versions from TLS 1.0 up to most, or all if most is 0. The guard,
// the client certificate and the timeout are those of an attempt.
func (c *Client) InspectTLS(ctx context.Context, w *storage.Webhook, most uint16) (TLSReport, error) {
	ep, err := c.prepared(ctx, w)
	if err != nil {
		return TLSReport{}, err
	}
	ctx, cancel := context.WithTimeout(ctx, w.Delivery.Timeout)
	defer cancel()
	report, err := ep.dial.inspect(ctx, ep.target.Hostname(), ep.address(), most)
	if err != nil && errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return report, problemf(storage.ClassTimeout, "%s", explainTimeout(w.Delivery.Timeout, handshaking))
	}
	if err == nil {
		return report, nil
	}
	return report, &problem{failure: classed(err, handshaking)}
}

func (d *dialer) inspect(ctx context.Context, host, address string, most uint16) (TLSReport, error) {
	raw, err := d.DialContext(ctx, "tcp", cmp.Or(d.instead, address))
	if err != nil {
		return TLSReport{}, err
	}
	defer raw.Close()
	by, err := d.trust.now(ctx)
	if err != nil {
		return TLSReport{}, err
	}
	config, certRequest := d.config(by, host, []string{"http/1.1"})
	config.InsecureSkipVerify, config.MinVersion, config.MaxVersion = true, tls.VersionTLS10, most //nolint:gosec // it only looks
	config.CipherSuites = everyCipherSuite()
	prefixed := &prefixConn{Conn: raw}
	secured := tls.Client(prefixed, config)
	if err := secured.HandshakeContext(ctx); err != nil {
		return TLSReport{}, d.explainHandshake(ctx, failedHandshake{err: err, received: prefixed.first, config: config, by: by, certRequest: certRequest, address: address})
	}
	return TLSReport{State: secured.ConnectionState(), Host: config.ServerName, Roots: by.pool, by: by}, nil
}

// everyCipherSuite lists also those that crypto/tls no longer offers by default, because an
// endpoint that accepts TLS 1.0 may have no others.
func everyCipherSuite() (ids []uint16) {
	for _, suite := range append(tls.CipherSuites(), tls.InsecureCipherSuites()...) {
		ids = append(ids, suite.ID)
	}
	return ids
}
