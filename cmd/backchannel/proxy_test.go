package main

import (
	"bytes"
	"io"
	"net"
	"net/url"
	"sync"
	"testing"
)

// A trippingProxy is between nodes and their server. As soon as a node sends a given text, it closes all
// connections, and accepts none until it is reset.
type trippingProxy struct {
	listener net.Listener
	server   string

	mu      sync.Mutex // guards the fields below
	text    string     // empty: no text trips it
	tripped bool
	conns   map[net.Conn]bool
}

func newTrippingProxy(t *testing.T, server, text string) *trippingProxy {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &trippingProxy{listener: listener, server: server, text: text, conns: map[net.Conn]bool{}}
	var serving sync.WaitGroup
	serving.Go(func() {
		for {
			client, err := listener.Accept()
			if err != nil {
				return
			}
			serving.Go(func() { p.serve(client) })
		}
	})
	t.Cleanup(func() { listener.Close(); p.trip(); serving.Wait() })
	return p
}

// through returns the URL of a database behind the proxy.
func (p *trippingProxy) through(t *testing.T, database string) string {
	t.Helper()
	direct, err := url.Parse(database)
	if err != nil {
		t.Fatal(err)
	}
	return "postgres://postgres@" + p.listener.Addr().String() + direct.Path + "?sslmode=disable"
}

func (p *trippingProxy) serve(client net.Conn) {
	defer client.Close()
	server, err := net.Dial("tcp", p.server)
	if err != nil {
		return
	}
	defer server.Close()
	if !p.add(client) {
		return
	}
	go func() {
		_, _ = io.Copy(client, server)
		client.Close()
	}()
	buffer := make([]byte, 64<<10)
	for {
		n, err := client.Read(buffer)
		if err != nil || p.trips(buffer[:n]) {
			return
		}
		if _, err := server.Write(buffer[:n]); err != nil {
			return
		}
	}
}

// add registers a connection, and reports whether it is let through.
func (p *trippingProxy) add(client net.Conn) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.conns[client] = true
	return !p.tripped
}

// trips reports whether what a node sends trips the proxy. If so, it trips it.
func (p *trippingProxy) trips(sent []byte) bool {
	p.mu.Lock()
	trips := !p.tripped && p.text != "" && bytes.Contains(sent, []byte(p.text))
	p.mu.Unlock()
	if trips {
		p.trip()
	}
	return trips
}

func (p *trippingProxy) trip() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.tripped = true
	for client := range p.conns {
		client.Close()
	}
	clear(p.conns)
}

// reset lets all connections through from now on.
func (p *trippingProxy) reset() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.tripped, p.text = false, ""
}
