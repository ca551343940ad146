package engine

import (
	"crypto/tls"
	"errors"
	"net"
	"os"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// An idle holds the idle connections to one endpoint. Making a new one takes a TCP and a TLS
// handshake, each at least a round trip before the request can be sent.
type idle struct {
	mu      sync.Mutex // guards the fields below
	conns   []*conn    // in the order in which they became idle
	reaper  *time.Timer
	retired bool
}

// take returns the connection that was used last and is still usable, or nil. The last one
// is the least likely to have been closed by the endpoint.
func (i *idle) take(now time.Time) *conn {
	for {
		c := i.pop()
		if c == nil || now.Sub(c.since) < idleTimeout && connAlive(c.Conn) {
			return c
		}
		_ = c.Close()
	}
}

// pop removes and returns the connection that was used last, or nil.
func (i *idle) pop() *conn {
	i.mu.Lock()
	defer i.mu.Unlock()
	last := len(i.conns) - 1
	if last < 0 {
		return nil
	}
	c := i.conns[last]
	i.conns[last] = nil
	i.conns = i.conns[:last]
	return c
}

// put keeps a connection until it is taken or has been idle for idleTimeout.
func (i *idle) put(c *conn, now time.Time) {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.retired {
		_ = c.Close()
		return
	}
	c.kept, c.since = true, now
	i.conns = append(i.conns, c)
	if i.reaper == nil {
		i.reaper = time.AfterFunc(idleTimeout, i.reap)
	}
}

// reap closes the connections that have been idle for idleTimeout, and schedules itself for
// the next one.
func (i *idle) reap() {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.reaper = nil
	fresh := 0
	for fresh < len(i.conns) && time.Since(i.conns[fresh].since) >= idleTimeout {
		_ = i.conns[fresh].Close()
		fresh++
	}
	i.conns = append([]*conn(nil), i.conns[fresh:]...)
	if len(i.conns) > 0 && !i.retired {
		i.reaper = time.AfterFunc(idleTimeout-time.Since(i.conns[0].since), i.reap)
	}
}

// retire closes all connections, and those in use when they are given back.
func (i *idle) retire() {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.retired = true
	i.closeAll()
}

// flush closes all idle connections.
func (i *idle) flush() {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.closeAll()
}

// closeAll closes all idle connections. The caller holds mu.
func (i *idle) closeAll() {
	if i.reaper != nil {
		i.reaper.Stop()
		i.reaper = nil
	}
	for _, c := range i.conns {
		_ = c.Close()
	}
	i.conns = nil
}

// connAlive reports whether an idle connection may be used: the endpoint has neither closed it
// nor sent anything, which would be taken for the answer to the next request. Sending a request
// to find out is not an option: if it fails, the endpoint may have handled it, and RFC 9110
// §9.2.2 advises against repeating a POST automatically.
func connAlive(c net.Conn) (alive bool) {
	if secured, ok := c.(*tls.Conn); ok {
		if !silent(secured) {
			return false
		}
		c = secured.NetConn()
	}
	if h, ok := c.(*prefixConn); ok {
		c = h.Conn
	}
	raw, ok := c.(syscall.Conn)
	if !ok {
		return false
	}
	socket, err := raw.SyscallConn()
	if err != nil {
		return false
	}
	err = socket.Read(func(fd uintptr) bool {
		var first [1]byte
		_, _, err := unix.Recvfrom(int(fd), first[:], unix.MSG_PEEK|unix.MSG_DONTWAIT)
		alive = errors.Is(err, unix.EAGAIN)
		return true
	})
	return alive && err == nil
}

// silent reports whether crypto/tls has no unread data, such as a second answer or a
// close_notify, that arrived together with the last answer.
func silent(c *tls.Conn) bool {
	_ = c.SetReadDeadline(time.Unix(1, 0)) // so that it reads nothing from the socket
	_, err := c.Read(make([]byte, 1))
	return errors.Is(err, os.ErrDeadlineExceeded) && c.SetReadDeadline(time.Time{}) == nil
}

// protocol returns the protocol that ALPN negotiated, or "".
func protocol(l *link) string {
	if secured, ok := l.Conn.(*tls.Conn); ok {
		return secured.ConnectionState().NegotiatedProtocol
	}
	return ""
}
