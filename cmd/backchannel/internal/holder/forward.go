package holder

import (
	"crypto/tls"
	"crypto/x509"
	"net"
	"net/http"

	"backchannel/engine"
	"backchannel/receiver"
)

// forward says how receipts are relayed to a URL; nil for none.
func forward(to string, roots *x509.CertPool) *receiver.Forward {
	if to == "" {
		return nil
	}
	const kept = 16 // idle connections
	dialer := &net.Dialer{ControlContext: engine.Control}
	return &receiver.Forward{URL: to, Transport: &http.Transport{
		DialContext:         dialer.DialContext,
		TLSClientConfig:     &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12},
		ForceAttemptHTTP2:   true,
		DisableCompression:  true, // what was not asked for is not added
		MaxIdleConnsPerHost: kept,
	}}
}
