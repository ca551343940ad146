package engine

import (
	"context"
	"crypto/tls"
	"net"
	"net/http"
	"net/http/httptrace"
	"strings"
)

// A Relay is an http.RoundTripper for requests other than deliveries. It connects as deliveries
// do, with the same guard and the same authorities. [ExplainRelay] explains its errors.
type Relay struct {
	dial *dialer
	via  *http.Transport
}

// NewRelay returns a relay that trusts the given authorities. It ignores proxies in the
// environment, requests no compression, and speaks only HTTP/1.1, so that the relayed
// request stays what the sender sent.
func NewRelay(trust *Trust) *Relay {
	const kept = 16 // idle connections
	dial := &dialer{Dialer: net.Dialer{ControlContext: guard{}.control}, tls: &tls.Config{MinVersion: tls.VersionTLS12}, trust: trust}
	return &Relay{dial: dial, via: &http.Transport{
		DialContext:         dial.DialContext,
		DialTLSContext:      dial.dialTLS,
		TLSNextProto:        map[string]func(string, *tls.Conn) http.RoundTripper{},
		DisableCompression:  true,
		MaxIdleConns:        kept,
		MaxIdleConnsPerHost: kept,
		IdleConnTimeout:     idleTimeout,
	}}
}

// dialTLS implements http.Transport.DialTLSContext.
func (d *dialer) dialTLS(ctx context.Context, _, address string) (net.Conn, error) {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return nil, err
	}
	l, err := d.connect(ctx, "https", host, address, "http/1.1")
	if err != nil {
		return nil, err
	}
	return l, nil
}

// RoundTrip implements http.RoundTripper. It explains errors as attempts do.
func (r *Relay) RoundTrip(req *http.Request) (*http.Response, error) {
	var at *link
	ctx := httptrace.WithClientTrace(req.Context(), &httptrace.ClientTrace{
		GotConn: func(got httptrace.GotConnInfo) { at, _ = got.Conn.(*link) },
	})
	resp, err := r.via.RoundTrip(req.WithContext(ctx))
	if err != nil && at != nil && ctx.Err() == nil {
		return nil, r.dial.explainUnanswered(ctx, at, err)
	}
	return resp, err
}

// CloseIdleConnections closes idle connections; http.Client calls it.
func (r *Relay) CloseIdleConnections() { r.via.CloseIdleConnections() }

// ExplainRelay returns in one line why there is no answer, as attempts do.
func ExplainRelay(err error) string {
	text := classed(err, answering).text
	return strings.NewReplacer(insteadOfTLS, "; give its URL with http://", alsoNeeded, "").Replace(WithoutWebhook(text))
}

// WithoutWebhook replaces the remedies in an attempt's error that change a webhook's
// settings, for requests that belong to no webhook.
func WithoutWebhook(text string) string {
	return strings.NewReplacer(
		flagCA, "--ca-file",
		noClient, ", which only deliveries of a webhook send; have it ask for none, or create a webhook for it and name one that it accepts",
	).Replace(text)
}
