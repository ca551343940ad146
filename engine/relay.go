package engine

import (
	"crypto/tls"
	"net"
	"net/http"
	"strings"

	"backchannel/storage"
)

// A Relay makes requests that are no deliveries. It connects as an endpoint does, by the
// same guard and the same authorities; its errors are for ExplainRelay.
type Relay struct {
	dial *dialer
	via  *http.Transport
}

// NewRelay makes a relay that trusts certain authorities.
func NewRelay(trust *Trust) *Relay {
	const kept = 16 // idle connections
	dial := &dialer{Dialer: net.Dialer{ControlContext: Control}, tls: &tls.Config{MinVersion: tls.VersionTLS12}, trust: trust}
	via := newTransport(storage.DeliveryOptions{Concurrency: kept}, dial)
	via.MaxResponseHeaderBytes = 0
	return &Relay{dial: dial, via: via}
}

// RoundTrip implements http.RoundTripper.
func (r *Relay) RoundTrip(req *http.Request) (*http.Response, error) {
	return r.dial.roundTrip(r.via, req)
}

// CloseIdleConnections is for http.Client.
func (r *Relay) CloseIdleConnections() { r.via.CloseIdleConnections() }

// ExplainRelay tells in one line why there is no answer, as attempts do.
func ExplainRelay(err error) string {
	_, text := classed(err, answering)
	return strings.NewReplacer(insteadOfTLS, "; give its URL with http://", alsoNeeded, "").Replace(WithoutWebhook(text))
}

// WithoutWebhook tells an error of an attempt with remedies for where there is no webhook
// to have a CA file and a client certificate.
func WithoutWebhook(text string) string {
	return strings.NewReplacer(
		flagCA, "--ca-file",
		noClient, ", which deliveries of a webhook alone send; have it ask for none, or create a webhook for it and name one that it accepts",
	).Replace(text)
}
