package main

import (
	"bytes"
	"io"
	"net"
	"net/url"
	"sync"
	"testing"
)

// A wireSwitch is between nodes and their server. It cuts all connections as soon as one sends a
// given text to the server, and accepts none until it is closed again.
type wireSwitch struct {
	listener net.Listener
	server   string

	mu    sync.Mutex // guards what follows
	text  string     // empty: none cuts
	open  bool
	conns map[net.Conn]bool
}

func newWireSwitch(t *testing.T, server, text string) *wireSwitch {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &wireSwitch{listener: listener, server: server, text: text, conns: map[net.Conn]bool{}}
	var serving sync.WaitGroup
	serving.Go(func() {
		for {
			client, err := listener.Accept()
			if err != nil {
				return
			}
			serving.Go(func() { s.serve(client) })
		}
	})
	t.Cleanup(func() { listener.Close(); s.cut(); serving.Wait() })
	return s
}

// through returns the URL of a database through the switch.
func (s *wireSwitch) through(t *testing.T, database string) string {
	t.Helper()
	direct, err := url.Parse(database)
	if err != nil {
		t.Fatal(err)
	}
	return "postgres://postgres@" + s.listener.Addr().String() + direct.Path + "?sslmode=disable"
}

func (s *wireSwitch) serve(client net.Conn) {
	defer client.Close()
	server, err := net.Dial("tcp", s.server)
	if err != nil {
		return
	}
	defer server.Close()
	if !s.add(client) {
		return
	}
	go func() {
		_, _ = io.Copy(client, server)
		client.Close()
	}()
	part := make([]byte, 64<<10)
	for {
		n, err := client.Read(part)
		if err != nil || s.trips(part[:n]) {
			return
		}
		if _, err := server.Write(part[:n]); err != nil {
			return
		}
	}
}

// add registers a connection, and reports whether it is let through.
func (s *wireSwitch) add(client net.Conn) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.conns[client] = true
	return !s.open
}

func (s *wireSwitch) trips(part []byte) bool {
	s.mu.Lock()
	trips := !s.open && s.text != "" && bytes.Contains(part, []byte(s.text))
	s.mu.Unlock()
	if trips {
		s.cut()
	}
	return trips
}

func (s *wireSwitch) cut() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.open = true
	for client := range s.conns {
		client.Close()
	}
	clear(s.conns)
}

// close lets all connections through from now on.
func (s *wireSwitch) close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.open, s.text = false, ""
}
