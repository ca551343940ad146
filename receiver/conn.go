package receiver

import (
	"context"
	"crypto/tls"
	"net"
	"net/http"
	"strings"
	"sync/atomic"

	"backchannel/storage"
)

// net/http answers some requests without telling the handler: header lines too long, a
// transfer coding that it does not know, garbage. It tells of a failed handshake in its
// log, and of the rest only in what it does with the connection. So connections are
// watched: one that began a request that no handler saw was refused.

// A watchedConn notes what becomes of a connection's requests.
type watchedConn struct {
	net.Conn
	pending atomic.Bool  // a request has begun and no handler has seen it yet
	idle    atomic.Bool  // between two requests
	wrote   atomic.Int64 // bytes since it became idle
	greeted atomic.Bool  // it has been active before
	framed  atomic.Bool  // it speaks HTTP/2
}

func (c *watchedConn) Write(p []byte) (int, error) {
	n, err := c.Conn.Write(p)
	c.wrote.Add(int64(n))
	return n, err
}

// A watchedListener watches the connections that it accepts.
type watchedListener struct {
	net.Listener
	short func(lack string) // is told why connections have to wait
}

// Accept answers an error that passes as it is: net/http tries again after a while.
func (l watchedListener) Accept() (net.Conn, error) {
	conn, err := l.Listener.Accept()
	if lack := storage.Shortage(err); lack != "" {
		l.short(lack)
	}
	if err != nil {
		return nil, err
	}
	return &watchedConn{Conn: conn}, nil
}

func watched(conn net.Conn) *watchedConn {
	if secured, ok := conn.(*tls.Conn); ok {
		conn = secured.NetConn()
	}
	found, _ := conn.(*watchedConn)
	return found
}

type connKey struct{}

// connContext is for http.Server.ConnContext: it lets a handler find its connection.
func connContext(ctx context.Context, conn net.Conn) context.Context {
	return context.WithValue(ctx, connKey{}, watched(conn))
}

// seen notes that a handler has the request.
func seen(req *http.Request) {
	if conn, ok := req.Context().Value(connKey{}).(*watchedConn); ok && conn != nil {
		conn.pending.Store(false)
		conn.idle.Store(false)
	}
}

// farewell is more than TLS takes to end a connection, and less than any answer of
// net/http.
const farewell = 64

// refused is told every state of a connection and reports whether a request just ended
// that no handler saw. In HTTP/1 that ends the connection, too. A request that arrived
// together with the one before it does not make the connection active again; but then it
// is answered from idleness.
//
// HTTP/2 says goodbye and settles windows from idleness, so there only a request that made
// the connection active counts: not one beside others, nor frames that cannot be read.
func (c *watchedConn) refused(state http.ConnState, framed func() bool) bool {
	switch state {
	case http.StateActive:
		c.become(framed)
	case http.StateIdle:
		refused := c.pending.Swap(false) && c.framed.Load()
		c.wrote.Store(0)
		c.idle.Store(true)
		return refused
	case http.StateClosed:
		return c.pending.Load() || !c.framed.Load() && c.idle.Load() && c.wrote.Load() > farewell
	}
	return false
}

// become notes that a request begins. HTTP/2 is active once before there is any.
func (c *watchedConn) become(framed func() bool) {
	first := !c.greeted.Swap(true)
	if first {
		c.framed.Store(framed())
	}
	c.pending.Store(!first || !c.framed.Load())
	c.idle.Store(false)
}

// connState is for http.Server.ConnState.
func (r *Receiver) connState(conn net.Conn, state http.ConnState) {
	c := watched(conn)
	if c == nil || !c.refused(state, func() bool { return speaksHTTP2(conn) }) || r.stopping.Err() != nil {
		return
	}
	r.refuse(conn.RemoteAddr().String() + ": no request that could be read")
}

func speaksHTTP2(conn net.Conn) bool {
	secured, ok := conn.(*tls.Conn)
	return ok && secured.ConnectionState().NegotiatedProtocol == "h2"
}

// handshakePrefix is how net/http begins to tell of a failed handshake.
const handshakePrefix = "http: TLS handshake error from "

// acceptPrefix is how it begins to tell that a connection could not be accepted.
const acceptPrefix = "http: Accept error: "

// errorLog takes what net/http logs.
type errorLog struct{ r *Receiver }

func (l errorLog) Write(line []byte) (int, error) {
	text := strings.TrimSpace(string(line))
	failure, ok := strings.CutPrefix(text, handshakePrefix)
	switch {
	case strings.HasPrefix(text, acceptPrefix): // told by the listener, and told again for each try
	case !ok:
		l.r.log.Error("receiver", "problem", text)
	case strings.HasSuffix(failure, ": EOF"): // it connected and left without a word
	default:
		l.r.refuse(clip(failure, 3*maxShown))
	}
	return len(line), nil
}

func (r *Receiver) refuse(last string) {
	r.refusals.Add(1)
	r.log.Debug("request refused", "by", last)
	r.teller.tell(refusedRequests(), last)
}
