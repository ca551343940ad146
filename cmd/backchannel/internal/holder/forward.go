package holder

import (
	"context"
	"crypto/tls"
	"net"
	"net/http"

	"backchannel/engine"
	"backchannel/receiver"
)

// forward says how receipts are relayed to a URL; nil for none.
func forward(to string, trust *engine.Trust) *receiver.Forward {
	if to == "" {
		return nil
	}
	const kept = 16 // idle connections
	dialer := &net.Dialer{ControlContext: engine.Control}
	return &receiver.Forward{URL: to, Transport: &http.Transport{
		DialContext: dialer.DialContext,
		DialTLSContext: func(ctx context.Context, network, address string) (net.Conn, error) {
			host, _, err := net.SplitHostPort(address)
			if err != nil {
				return nil, err
			}
			plain, err := dialer.DialContext(ctx, network, address)
			if err != nil {
				return nil, err
			}
			return trust.Client(ctx, plain, &tls.Config{ServerName: host, NextProtos: []string{"h2", "http/1.1"}, MinVersion: tls.VersionTLS12})
		},
		ForceAttemptHTTP2:   true,
		DisableCompression:  true, // what was not asked for is not added
		MaxIdleConnsPerHost: kept,
	}}
}
