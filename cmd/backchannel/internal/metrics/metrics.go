// Package metrics lets Prometheus read how deliveries and receipts fare. Start with
// [Listen], then call Serve.
//
// All numbers come from the store, where whoever delivers keeps them, so that a process
// which stands by tells the same. The package listens on loopback addresses alone: it
// knows no passwords.
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

// ErrBusy is what Listen answers when another program has the port.
var ErrBusy = errors.New("the port is in use")

// Path is where the metrics are.
const Path = "/metrics"

// Store is where the numbers are kept.
type Store interface {
	Runtime(ctx context.Context) (rt storage.Runtime, alive bool, err error)
	Counts(ctx context.Context) (storage.Counts, error)
	Breakers(ctx context.Context) ([]storage.Breaker, error)
}

// A Server answers Prometheus.
type Server struct {
	listener net.Listener
	handler  http.Handler
}

// Listen takes the port: HOST:PORT, with a HOST that is this machine's alone.
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

// loopback checks an address and puts a number where it says localhost, which could be
// made to mean anything.
func loopback(address string) (string, error) {
	host, port, err := weburl.SplitAddress(address, "127.0.0.1:9464")
	if err != nil {
		return "", invalid("%v", err)
	}
	if host == "localhost" {
		host = "127.0.0.1"
	}
	if ip, err := netip.ParseAddr(host); err != nil || !ip.IsLoopback() {
		return "", invalid("%q is not a loopback address, and whoever reaches the metrics can read them; use 127.0.0.1:%s", host, port)
	}
	return net.JoinHostPort(host, port), nil
}

func invalid(format string, args ...any) error {
	return storage.FieldErrors{{Field: "metrics", Reason: fmt.Sprintf(format, args...)}}
}

// URL is where the metrics can be read.
func (s *Server) URL() string { return "http://" + s.listener.Addr().String() + Path }

const patience = 5 * time.Second // for a request to arrive, and for the store to answer

// Serve answers until ctx ends.
func (s *Server) Serve(ctx context.Context) error {
	server := &http.Server{
		Handler: s.handler, ReadTimeout: patience, IdleTimeout: time.Minute,
		BaseContext: func(net.Listener) context.Context { return ctx },
	}
	defer context.AfterFunc(ctx, func() { _ = server.Close() })()
	if err := server.Serve(s.listener); ctx.Err() == nil {
		return fmt.Errorf("serve metrics: %w", err)
	}
	return nil
}

func handler(store Store, version string) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET "+Path, func(w http.ResponseWriter, req *http.Request) {
		ctx, cancel := context.WithTimeout(req.Context(), patience)
		defer cancel()
		registry := prometheus.NewRegistry()
		registry.MustRegister(&reading{ctx: ctx, store: store, version: version})
		promhttp.HandlerFor(registry, promhttp.HandlerOpts{}).ServeHTTP(w, req)
	})
	return mux
}
