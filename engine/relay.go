package engine

import (
	"crypto/tls"
	"net"
	"net/http"
	"strings"

	"backchannel/storage"
)

// NewRelay makes a transport for requests that are no deliveries. It connects as an
// endpoint does, by the same guard and the same authorities; its errors are for
// ExplainRelay.
func NewRelay(trust *Trust) *http.Transport {
	const kept = 16 // idle connections
	dial := &dialer{Dialer: net.Dialer{ControlContext: Control}, tls: &tls.Config{MinVersion: tls.VersionTLS12}, trust: trust}
	t := newTransport(storage.DeliveryOptions{Concurrency: kept}, dial)
	t.MaxResponseHeaderBytes = 0
	return t
}

// ExplainRelay tells in one line why there is no answer, as attempts do, but for the flag
// by which an authority is named.
func ExplainRelay(err error) string {
	_, text := classed(err, answering)
	return strings.ReplaceAll(text, "--tls-ca (CA file)", "--ca-file")
}
