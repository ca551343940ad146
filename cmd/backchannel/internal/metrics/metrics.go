// Package metrics serves numbers about deliveries and receipts to Prometheus. Start with
// [Listen], then call Serve.
//
// All numbers come from the store, in which the leader records its own, so a process that stands by
// serves the same numbers. The package listens on loopback addresses only, because it has no
// authentication.
package metrics

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"syscall"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"backchannel/storage"
	"backchannel/storage/weburl"
)

// ErrBusy is returned by Listen if another program uses the port.
var ErrBusy = errors.New("the port is in use")

// path is the path of the metrics.
const path = "/metrics"

// Store is the part of a store that has the numbers.
type Store interface {
	Runtime(ctx context.Context) (rt storage.Runtime, alive bool, err error)
	Nodes(ctx context.Context) ([]storage.Node, error)
	Counts(ctx context.Context) (storage.Counts, error)
	CallCounts(ctx context.Context, now time.Time) (storage.CallCounts, error)
	Breakers(ctx context.Context) ([]storage.Breaker, error)
}

// A Server answers requests for the metrics.
type Server struct {
	listener net.Listener
	handler  http.Handler
}

// Listen listens on HOST:PORT, where HOST is a loopback address. An error about the address is
// storage.FieldErrors with the field "metrics"; one that matches ErrBusy means that another
// program uses the port.
func Listen(address string, store Store, version string) (*Server, error) {
	address, err := loopback(address)
	if err != nil {
		return nil, err
	}
	listener, err := net.Listen("tcp", address) //nolint:noctx // it does not block
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return nil, fmt.Errorf("listen for metrics on %s: %w by another program; choose another with --metrics HOST:PORT (port 0: any free one)", address, ErrBusy)
	case err != nil:
		return nil, fmt.Errorf("listen for metrics: %w; choose another address with --metrics HOST:PORT", err)
	}
	return &Server{listener, handler(store, version)}, nil
}

// loopback validates an address and replaces localhost by 127.0.0.1, because the name can be
// configured to mean any address.
func loopback(address string) (string, error) {
	host, port, err := weburl.SplitAddress(address, "127.0.0.1:9464")
	if err != nil {
		return "", invalid("%v", err)
	}
	if host == "localhost" {
		host = "127.0.0.1"
	}
	if ip, err := netip.ParseAddr(host); err != nil || !ip.IsLoopback() {
		return "", invalid("%q is not a loopback address, and the metrics have no password; use 127.0.0.1:%s", host, port)
	}
	return net.JoinHostPort(host, port), nil
}

// invalid returns an error of the field metrics.
func invalid(format string, args ...any) error {
	return storage.FieldErrors{{Field: "metrics", Reason: fmt.Sprintf(format, args...)}}
}

// URL returns the URL of the metrics.
func (s *Server) URL() string { return "http://" + s.listener.Addr().String() + path }

const requestTimeout = 5 * time.Second // for a request to arrive, and for the store to answer

// Serve answers requests until ctx is done.
func (s *Server) Serve(ctx context.Context) error {
	server := &http.Server{
		Handler: s.handler, ReadTimeout: requestTimeout, IdleTimeout: time.Minute,
		BaseContext: func(net.Listener) context.Context { return ctx },
	}
	defer context.AfterFunc(ctx, func() { _ = server.Close() })()
	if err := server.Serve(s.listener); ctx.Err() == nil {
		return fmt.Errorf("serve metrics: %w", err)
	}
	return nil
}

// handler returns the handler of the metrics. Each request has a registry of its own, because the
// metrics are read from the store, not kept in this process.
func handler(store Store, version string) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET "+path, func(w http.ResponseWriter, req *http.Request) {
		ctx, cancel := context.WithTimeout(req.Context(), requestTimeout)
		defer cancel()
		registry := prometheus.NewRegistry()
		registry.MustRegister(&collector{ctx: ctx, store: store, version: version})
		promhttp.HandlerFor(registry, promhttp.HandlerOpts{}).ServeHTTP(w, req)
	})
	return mux
}
