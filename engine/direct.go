package engine

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"net/http/httptrace"
	"os"
	"strings"
	"sync/atomic"
	"time"

	"backchannel/storage"
)

const (
	// oneWrite is the length up to which a message is written before reading begins. It fits
	// into a socket's buffer, so the write does not block while the endpoint answers early.
	// A goroutine for each message would take more time than the write.
	oneWrite = 16 << 10
	// lateWrite is how long writing a message may take after it was answered. net/http has the
	// same limit (maxWriteWaitBeforeConnReuse).
	lateWrite = 50 * time.Millisecond
)

// errUnsent means that a reused connection turned out to be closed before anything was written to
// it. It is the only error after which a request is repeated on another connection: once a byte
// was written, the endpoint may have handled the request.
var errUnsent = errors.New("the connection was closed before anything was sent")

// A direct sends requests over connections that it keeps and reuses. It implements HTTP/1.1 itself,
// in the goroutine that waits for the answer, and leaves only the parsing of answers to net/http.
// Through http.Transport, which runs two goroutines for each connection, a delivery took 197 µs
// of processor time instead of 148 (bench b), and the header could not be sent in the order and
// letter case in which it was configured. Connections on which HTTP/2 was negotiated belong to an
// http2Pool.
type direct struct {
	ep      *endpoint
	dial    *dialer
	scheme  string
	host    string
	address string
	head    string                // the request line
	framing []storage.HeaderField // the header lines before Content-Length
	idle    idle
	http2   *http2Pool
	http1   atomic.Bool // the endpoint requires it, although it negotiated HTTP/2
}

func newDirect(ep *endpoint) *direct {
	return &direct{
		ep: ep, dial: ep.dial, scheme: ep.target.Scheme, host: ep.target.Hostname(), address: ep.address(),
		head:    "POST " + ep.target.RequestURI() + " HTTP/1.1\r\n",
		framing: []storage.HeaderField{{Name: "Host", Value: withoutZone(ep.target.Host)}, {Name: "User-Agent", Value: ep.userAgent}},
		http2:   newHTTP2Pool(ep.webhook.Delivery),
	}
}

// withoutZone removes the zone of an IPv6 address, as a Host field requires: a zone has no
// meaning on another machine (RFC 6874 §1).
func withoutZone(host string) string {
	before, after, zoned := strings.Cut(host, "%")
	if _, port, closed := strings.Cut(after, "]"); zoned && closed {
		return before + "]" + port
	}
	return host
}

// An outgoing is the content of a request.
type outgoing struct {
	lines []storage.HeaderField
	body  []byte
	// half sends half of the body, over HTTP/1.1, and then closes the sending side.
	half bool

	Variation
}

// post sends a request.
func (d *direct) post(ctx context.Context, rec *recorder, o outgoing) (*http.Response, error) {
	for {
		via, err := d.connect(ctx, rec, o)
		if err != nil {
			return nil, err
		}
		var resp *http.Response
		var at *link
		if via.http2 != nil {
			at = via.link
			resp, err = d.postHTTP2(ctx, rec, via.http2, o)
		} else {
			at = via.http1.link
			resp, err = d.postHTTP1(ctx, rec, via.http1, o)
		}
		switch {
		case errors.Is(err, errUnsent):
			continue
		case err != nil && ctx.Err() == nil && at != nil:
			return nil, d.dial.explainUnanswered(ctx, at, err)
		}
		return resp, err
	}
}

func (d *direct) postHTTP1(ctx context.Context, rec *recorder, c *conn, o outgoing) (*http.Response, error) {
	fields := append(append(append(make([]storage.HeaderField, 0, len(o.lines)+4), d.framing...), o.lengthFields(o.body)...), o.lines...)
	rec.wrote(fields)
	if c.last = o.half; o.half {
		o.body = o.body[:len(o.body)/2]
	}
	head, body := d.requestLine(o.Variation), o.framed(o.body)
	if c.paced = o.pacing(message(head, fields, nil), body); c.paced != nil {
		return c.exchange(ctx, rec, nil)
	}
	return c.exchange(ctx, rec, message(head, fields, body))
}

// message returns the head and the body in one slice, so that one write sends them.
func message(head string, fields []storage.HeaderField, body []byte) []byte {
	size := len(head) + 2 + len(body)
	for _, f := range fields {
		size += len(f.Name) + len(f.Value) + 4
	}
	message := append(make([]byte, 0, size), head...)
	for _, f := range fields {
		message = append(append(message, f.Name...), ": "...)
		message = append(append(message, f.Value...), "\r\n"...)
	}
	return append(append(message, "\r\n"...), body...)
}

// A connection is what a request is sent on. Exactly one of http1 and http2 is set.
type connection struct {
	http1 *conn
	http2 *http.ClientConn
	link  *link // of http2, if it was made for this request
}

// connect returns an idle connection, or a new one if there is none.
func (d *direct) connect(ctx context.Context, rec *recorder, o outgoing) (connection, error) {
	protocols := []string{"h2", "http/1.1"}
	// Half a body can be sent only over HTTP/1.1: an HTTP/2 stream cannot end early without an
	// error.
	if o.half || o.OnlyHTTP1 || d.http1.Load() {
		protocols = protocols[1:]
	}
	if !o.Fresh {
		if via := d.kept(protocols); via != (connection{}) {
			return via, nil
		}
	}
	l, err := d.dial.connect(httptrace.WithClientTrace(ctx, rec.trace()), d.scheme, d.host, d.address, protocols...)
	if err != nil {
		return connection{}, err
	}
	if protocol(l) != "h2" {
		return connection{http1: newConn(l, &d.idle)}, nil
	}
	c, err := d.http2.adopt(l, d.address)
	return connection{http2: c, link: l}, err
}

// kept returns an idle connection that speaks one of the protocols, or the zero connection.
func (d *direct) kept(protocols []string) connection {
	if c := d.idle.take(time.Now()); c != nil {
		return connection{http1: c}
	}
	if protocols[0] != "h2" {
		return connection{}
	}
	return connection{http2: d.http2.take()}
}

// retire closes the connections: idle ones now, busy ones when their attempt is over.
func (d *direct) retire() {
	d.idle.retire()
	d.http2.retire()
}

// A conn is one connection, used by one attempt at a time.
type conn struct {
	*link
	in      *bufio.Reader
	limit   io.LimitedReader // beneath in
	ended   endRecorder      // beneath limit
	request *http.Request    // what the answers are to
	home    *idle
	kept    bool       // it was used before
	last    bool       // the sending side is closed after this message
	paced   *pacing    // nil unless the message is written in parts
	writing chan error // nil unless the message is still being written
	since   time.Time
}

func newConn(l *link, home *idle) *conn {
	c := &conn{link: l, home: home, request: &http.Request{Method: http.MethodPost}}
	c.ended.from = l
	c.limit.R = &c.ended
	c.in = bufio.NewReader(&c.limit)
	return c
}

// exchange sends the message and reads the head of the answer. When the answer's body is
// closed, the connection becomes idle or is closed.
func (c *conn) exchange(ctx context.Context, rec *recorder, message []byte) (*http.Response, error) {
	stop := context.AfterFunc(ctx, c.interrupt)
	resp, err := c.roundTrip(rec, message)
	if err != nil {
		stop()
		_ = c.Close()
		return nil, err
	}
	last := resp.Close || c.last || c.paced != nil // whether the rest of a paced message is read is not known
	resp.Body = &keptBody{from: resp.Body, conn: c, stop: stop, ended: resp.Body == http.NoBody, last: last}
	return resp, nil
}

// interrupt makes reads and writes fail at once, in other goroutines too.
func (c *conn) interrupt() { _ = c.SetDeadline(time.Unix(1, 0)) }

// roundTrip sends the message and reads the head of the answer. It reads while it writes a
// long message, because an endpoint may answer, and stop reading, before the end.
func (c *conn) roundTrip(rec *recorder, message []byte) (*http.Response, error) {
	var writeErr error
	switch {
	case c.paced != nil:
		c.writing = make(chan error, 1)
		go func() { c.writing <- c.paced.write(c) }()
		defer c.paced.end()
	case len(message) <= oneWrite:
		writeErr = c.send(message)
	default:
		c.writing = make(chan error, 1)
		go func() { c.writing <- c.send(message) }()
	}
	if errors.Is(writeErr, errUnsent) {
		return nil, errUnsent
	}
	resp, err := c.answer(rec)
	if err == nil {
		return resp, nil
	}
	c.paced.end()
	if writeErr = errors.Join(writeErr, c.finish(0)); writeErr != nil && !errors.Is(writeErr, os.ErrDeadlineExceeded) {
		return nil, writeErr
	}
	return nil, err
}

// send writes the message. It returns errUnsent only if nothing at all was written to a
// connection that had been used before.
func (c *conn) send(message []byte) error {
	switch n, err := c.Write(message); {
	case err != nil && n == 0 && c.kept:
		return errUnsent
	case err != nil || !c.last:
		return err
	}
	if half, ok := c.Conn.(interface{ CloseWrite() error }); ok {
		return half.CloseWrite()
	}
	return nil
}

// finish waits until the message is written, up to atMost.
func (c *conn) finish(atMost time.Duration) error {
	if c.writing == nil {
		return nil
	}
	_ = c.SetWriteDeadline(time.Now().Add(atMost))
	err := <-c.writing
	c.writing = nil
	return errors.Join(err, c.SetWriteDeadline(time.Time{}))
}

// answer reads the head of the final answer and skips interim ones (RFC 9110 §15.2). The limit
// applies to all heads together, so that an endpoint cannot send interim answers forever.
func (c *conn) answer(rec *recorder) (*http.Response, error) {
	c.limit.N = maxResponseHeader
	defer func() { c.limit.N = math.MaxInt64 }()
	if _, err := c.in.Peek(1); err != nil {
		return nil, err
	}
	// On a connection that has been used, the port has already spoken HTTP.
	if received, _ := c.in.Peek(c.in.Buffered()); !c.kept && !isHTTP(received) {
		return nil, finalf(storage.ClassTransport, "%s", explainNoHTTP(received))
	}
	rec.leave(&rec.timings.FirstByte)
	for {
		resp, err := http.ReadResponse(c.in, c.request)
		switch {
		case err != nil && c.limit.N == 0:
			return nil, fmt.Errorf("the answer's header exceeded %d KiB", maxResponseHeader>>10)
		case err != nil:
			return nil, c.ended.explain(err)
		case resp.StatusCode == http.StatusSwitchingProtocols:
			resp.Close = true
			return resp, nil
		case resp.StatusCode >= 200:
			return resp, nil
		}
		c.paced.interim(resp.StatusCode)
	}
}

// An endRecorder is a reader that records how its data ended.
type endRecorder struct {
	from io.Reader
	last byte
	over bool
}

func (e *endRecorder) Read(p []byte) (int, error) {
	n, err := e.from.Read(p)
	if n > 0 {
		e.last = p[n-1]
	}
	e.over = err != nil
	return n, err
}

// explain distinguishes a header that violates the protocol, and would again, from one that
// ended within a line, which net/http also calls malformed.
func (e *endRecorder) explain(err error) error {
	switch {
	case !breaksHTTP1(err.Error()):
		return err
	case e.over && e.last != '\n':
		return io.ErrUnexpectedEOF
	}
	return &problem{failure: broken(err), final: true}
}

// A keptBody is an answer's body. Closing it makes its connection idle if the body was read
// to its end, and else closes the connection.
type keptBody struct {
	from  io.Reader
	conn  *conn
	stop  func() bool
	ended bool
	last  bool // the endpoint closes the connection
}

func (b *keptBody) Read(p []byte) (int, error) {
	if b.ended {
		return 0, io.EOF
	}
	n, err := b.from.Read(p)
	b.ended = errors.Is(err, io.EOF)
	return n, err
}

func (b *keptBody) Close() error {
	undisturbed := b.stop()
	if undisturbed && b.ended && !b.last && b.conn.in.Buffered() == 0 && b.conn.finish(lateWrite) == nil {
		b.conn.home.put(b.conn, time.Now())
		return nil
	}
	return b.conn.Close()
}
