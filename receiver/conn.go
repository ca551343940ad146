package receiver

import (
	"context"
	"crypto/tls"
	"net"
	"net/http"
	"strings"
	"sync/atomic"

	"backchannel/receiver/intake"
	"backchannel/storage"
)

// net/http answers some requests without calling the handler: oversized headers, unknown
// transfer codings, garbage. It logs failed handshakes, but the rest shows only in the states
// of the connection. The receiver therefore watches connections: a request that began and
// never reached a handler was refused.

// A watchedConn records what happens to the requests of a connection. Its fields are atomic,
// because net/http calls the hooks from several goroutines.
type watchedConn struct {
	net.Conn
	pending atomic.Bool  // a request has begun and no handler has seen it yet
	idle    atomic.Bool  // between two requests
	wrote   atomic.Int64 // bytes written since it became idle
	started atomic.Bool  // it has been active before
	http2   atomic.Bool  // it speaks HTTP/2
}

func (c *watchedConn) Write(p []byte) (int, error) {
	n, err := c.Conn.Write(p)
	c.wrote.Add(int64(n))
	return n, err
}

// A watchedListener watches the connections that it accepts.
type watchedListener struct {
	net.Listener
	onShortage func(resource string) // called when connections have to wait
}

// Accept returns temporary errors unchanged, because net/http retries those itself.
func (l watchedListener) Accept() (net.Conn, error) {
	conn, err := l.Listener.Accept()
	if resource := storage.Shortage(err); resource != "" {
		l.onShortage(resource)
	}
	if err != nil {
		return nil, err
	}
	return &watchedConn{Conn: conn}, nil
}

// watched returns the watchedConn beneath a connection, or nil.
func watched(conn net.Conn) *watchedConn {
	if secured, ok := conn.(*tls.Conn); ok {
		conn = secured.NetConn()
	}
	found, _ := conn.(*watchedConn)
	return found
}

// A connKey is the key of a context's value that holds the request's watchedConn.
type connKey struct{}

// connContext implements http.Server.ConnContext. It makes the connection available to
// the handler.
func connContext(ctx context.Context, conn net.Conn) context.Context {
	return context.WithValue(ctx, connKey{}, watched(conn))
}

// markHandled records that a handler has received the request.
func markHandled(req *http.Request) {
	if conn, ok := req.Context().Value(connKey{}).(*watchedConn); ok && conn != nil {
		conn.pending.Store(false)
		conn.idle.Store(false)
	}
}

// maxCloseAlert is more than TLS writes to close a connection, and less than any answer
// of net/http.
const maxCloseAlert = 64

// observe takes each new state of a connection and reports whether a request that no
// handler saw has just ended. In HTTP/1, net/http closes the connection after such a
// request. A pipelined request does not make the connection active again, but the bytes
// written while the connection is idle reveal its answer.
//
// An idle HTTP/2 connection also writes GOAWAY and WINDOW_UPDATE frames, so there only a
// request that made the connection active is counted: neither one concurrent with others
// nor a frame that cannot be read.
func (c *watchedConn) observe(state http.ConnState, http2 func() bool) bool {
	switch state {
	case http.StateActive:
		c.begin(http2)
	case http.StateIdle:
		refused := c.pending.Swap(false) && c.http2.Load()
		c.wrote.Store(0)
		c.idle.Store(true)
		return refused
	case http.StateClosed:
		return c.pending.Load() || !c.http2.Load() && c.idle.Load() && c.wrote.Load() > maxCloseAlert
	}
	return false
}

// begin records that a request begins. An HTTP/2 connection becomes active once before
// its first request.
func (c *watchedConn) begin(http2 func() bool) {
	first := !c.started.Swap(true)
	if first {
		c.http2.Store(http2())
	}
	c.pending.Store(!first || !c.http2.Load())
	c.idle.Store(false)
}

// connState implements http.Server.ConnState.
func (r *Receiver) connState(conn net.Conn, state http.ConnState) {
	c := watched(conn)
	if c == nil || !c.observe(state, func() bool { return speaksHTTP2(conn) }) || r.stopping.Err() != nil {
		return
	}
	r.refuse(conn.RemoteAddr().String() + ": no request that could be read")
}

// speaksHTTP2 reports whether HTTP/2 was negotiated on a connection.
func speaksHTTP2(conn net.Conn) bool {
	secured, ok := conn.(*tls.Conn)
	return ok && secured.ConnectionState().NegotiatedProtocol == "h2"
}

// handshakePrefix begins the line that net/http logs about a failed handshake.
const handshakePrefix = "http: TLS handshake error from "

// acceptPrefix begins the line that net/http logs when it cannot accept a connection.
const acceptPrefix = "http: Accept error: "

// An errorLog is the io.Writer to which net/http logs.
type errorLog struct{ r *Receiver }

// Write implements io.Writer. net/http calls it once for each line, and offers no other way to
// learn of failed handshakes.
func (l errorLog) Write(line []byte) (int, error) {
	text := strings.TrimSpace(string(line))
	failure, ok := strings.CutPrefix(text, handshakePrefix)
	switch {
	case strings.HasPrefix(text, acceptPrefix): // watchedListener has recorded it; net/http logs every retry
	case !ok:
		l.r.log.Error("receiver", "problem", text)
	case strings.HasSuffix(failure, ": EOF"): // a client that connected and sent nothing, such as a port check
	default:
		l.r.refuse(intake.Clip(failure, 3*intake.MaxShown))
	}
	return len(line), nil
}

// refuse counts a request that no handler saw.
func (r *Receiver) refuse(last string) {
	r.refusals.Add(1)
	r.log.Debug("request refused", "by", last)
	r.activity.record(refusedRequests(), last)
}
