package engine

import (
	"context"
	"crypto/tls"
	"fmt"
	"strings"
)

// alsoNeeded is the part of a message that [ExplainRelay] removes, because a relayed request has
// nothing to do with Journey Optimizer.
const alsoNeeded = ", which Journey Optimizer would need as well"

// explainNoAgreement explains why an endpoint accepted none of the TLS versions and cipher suites
// offered to it. The alert does not say what the endpoint supports (handshake_failure only means that
// there is no agreement, RFC 8446 §6.2), so a second handshake offers everything that crypto/tls has,
// however weak. No request is sent over that connection, so an attempt is still one request and
// nothing secret is sent. It is made only after an attempt that will not be retried.
func (d *dialer) explainNoAgreement(ctx context.Context, alert string, f *failedHandshake) string {
	const remedy = "; the endpoint's operator must enable TLS 1.2 or 1.3 with a cipher suite that has forward secrecy (ECDHE)" + alsoNeeded
	if alert != "" {
		alert = " (TLS alert " + alert + ")"
	}
	state, err := d.handshakeOfferingAll(ctx, f)
	switch {
	case err == nil && state.Version < tls.VersionTLS12:
		return fmt.Sprintf("the endpoint supports no version newer than %s, which is not secure (RFC 8996)%s%s", tls.VersionName(state.Version), alert, remedy)
	case err == nil && strings.HasPrefix(tls.CipherSuiteName(state.CipherSuite), "TLS_RSA_"):
		return fmt.Sprintf("the endpoint offers only cipher suites with RSA key exchange (%s in %s), which have no forward secrecy and are not accepted%s%s",
			tls.CipherSuiteName(state.CipherSuite), tls.VersionName(state.Version), alert, remedy)
	case err == nil:
		return fmt.Sprintf("the endpoint offers only weak cipher suites (%s in %s)%s%s", tls.CipherSuiteName(state.CipherSuite), tls.VersionName(state.Version), alert, remedy)
	}
	return "the endpoint has no TLS version, cipher suite or signature algorithm in common with those offered, of TLS 1.2 and 1.3" + alert + remedy
}

// handshakeOfferingAll makes a handshake that offers every TLS version and cipher suite of crypto/tls
// and does not verify the certificate. It returns what was negotiated.
func (d *dialer) handshakeOfferingAll(ctx context.Context, f *failedHandshake) (tls.ConnectionState, error) {
	ctx, cancel := untraced(ctx)
	defer cancel()
	raw, err := d.DialContext(ctx, "tcp", f.address)
	if err != nil {
		return tls.ConnectionState{}, err
	}
	defer raw.Close()
	//nolint:gosec // weak on purpose: nothing is sent over it
	config := &tls.Config{MinVersion: tls.VersionTLS10, InsecureSkipVerify: true, ServerName: f.config.ServerName, NextProtos: f.config.NextProtos}
	for _, suites := range [][]*tls.CipherSuite{tls.CipherSuites(), tls.InsecureCipherSuites()} {
		for _, suite := range suites {
			config.CipherSuites = append(config.CipherSuites, suite.ID)
		}
	}
	secured := tls.Client(raw, config)
	if err := secured.HandshakeContext(ctx); err != nil {
		return tls.ConnectionState{}, err
	}
	return secured.ConnectionState(), nil
}

// untraced returns a context that ends with ctx but has no trace, because the timings of an
// attempt must not include the handshakes that only explain its failure.
func untraced(ctx context.Context) (context.Context, context.CancelFunc) {
	bare, cancel := context.WithCancel(context.Background())
	stop := context.AfterFunc(ctx, cancel)
	return bare, func() { stop(); cancel() }
}
