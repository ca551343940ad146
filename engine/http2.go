package engine

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/http/httptrace"
	"regexp"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"backchannel/storage"
)

// An http2Pool holds the HTTP/2 connections to one endpoint. It does not send requests
// through http.Transport.RoundTrip, which repeats a request by itself if the endpoint
// refuses its stream or sends GOAWAY: one attempt must be one request, and the retry
// schedule decides about the next.
type http2Pool struct {
	transport *http.Transport // makes connections and does not pool them

	retired atomic.Bool

	mu    sync.Mutex // guards the fields below
	conns []*http.ClientConn
}

// A linkKey is the key of a context's value with which adopt hands a link to DialTLSContext. The
// transport has no other way to be given a connection that exists.
type linkKey struct{}

func newHTTP2Pool(d storage.DeliveryOptions) *http2Pool {
	return &http2Pool{transport: &http.Transport{
		DialTLSContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return ctx.Value(linkKey{}).(*link).Conn, nil
		},
		ForceAttemptHTTP2:      true,
		DisableCompression:     true,
		IdleConnTimeout:        idleTimeout,
		MaxResponseHeaderBytes: maxResponseHeader,
		HTTP2:                  &http.HTTP2Config{SendPingTimeout: d.Timeout, PingTimeout: d.Timeout},
	}}
}

// take reserves a request on a connection that allows another one, or returns nil.
func (p *http2Pool) take() *http.ClientConn {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.conns = slices.DeleteFunc(p.conns, func(c *http.ClientConn) bool { return c.Err() != nil })
	for _, c := range p.conns {
		if c.Available() > 0 && c.Reserve() == nil {
			return c
		}
	}
	return nil
}

// adopt makes an HTTP/2 connection of a link and reserves a request on it.
func (p *http2Pool) adopt(l *link, address string) (*http.ClientConn, error) {
	c, err := p.transport.NewClientConn(context.WithValue(context.Background(), linkKey{}, l), "https", address)
	if err != nil {
		_ = l.Close()
		return nil, err
	}
	if err := c.Reserve(); err != nil {
		_ = c.Close()
		return nil, err
	}
	c.SetStateHook(p.closeRetired)
	p.mu.Lock()
	defer p.mu.Unlock()
	p.conns = append(p.conns, c)
	return c, nil
}

// retire closes the connections as flush does, and later ones after their first request.
func (p *http2Pool) retire() {
	p.retired.Store(true)
	p.flush()
}

// flush closes the connections: idle ones now, others when their last request ends, which
// may be a moment after its answer was read.
func (p *http2Pool) flush() {
	p.mu.Lock()
	conns := p.conns
	p.conns = nil
	p.mu.Unlock()
	for _, c := range conns {
		c.SetStateHook(closeUnused)
		closeUnused(c)
	}
}

// closeRetired is called when a connection's state changes. Reserve may call it with mu held,
// which is why retired is atomic.
func (p *http2Pool) closeRetired(c *http.ClientConn) {
	if p.retired.Load() {
		closeUnused(c)
	}
}

// closeUnused closes a connection on which no request is in flight.
func closeUnused(c *http.ClientConn) {
	if c.InFlight() == 0 {
		_ = c.Close()
	}
}

// postHTTP2 sends one request. Its error is errUnsent if the connection was closed before
// anything was sent.
func (d *direct) postHTTP2(ctx context.Context, rec *recorder, c *http.ClientConn, o outgoing) (*http.Response, error) {
	request := d.ep.request(ctx, o)
	rec.wrote(d.ep.http2Fields(request))
	traced := &httptrace.ClientTrace{GotFirstResponseByte: func() { rec.leave(&rec.timings.FirstByte) }}
	resp, err := c.RoundTrip(request.WithContext(httptrace.WithClientTrace(ctx, traced)))
	switch {
	case err == nil:
		return resp, nil
	case strings.Contains(err.Error(), "http2: client conn not usable"), strings.Contains(err.Error(), "http2: client conn is closed"):
		return nil, errUnsent
	}
	if strings.Contains(err.Error(), "HTTP_1_1_REQUIRED") {
		d.http1.Store(true)
	}
	return nil, err
}

// explainHTTP2 returns an HTTP/2 error in the terms of RFC 9113 with the word for it, or "" if it is
// another one. net/http exports no types for these errors, so they are recognized by their text.
func explainHTTP2(text string) (says string, word storage.NoAnswer) {
	const closed, broken = storage.NoAnswerClosed, storage.NoAnswerBroken
	for _, known := range []struct {
		pattern, says string
		word          storage.NoAnswer
	}{
		{`stream error: stream ID \d+; ([A-Z0-9_]+); received from peer`, "the endpoint reset the request's stream with the HTTP/2 error %s", closed},
		{`stream error: stream ID \d+; ([A-Z0-9_]+)`, "the endpoint's answer violates HTTP/2, with the error %s", broken},
		{`server sent GOAWAY and closed the connection; .*ErrCode=([A-Z0-9_]+)`, "the endpoint ended the connection (HTTP/2 GOAWAY) with the error %s before it answered", broken},
		{`connection error: ([A-Z0-9_]+)`, "the endpoint violates HTTP/2, with the error %s for the whole connection", broken},
	} {
		if found := regexp.MustCompile(known.pattern).FindStringSubmatch(text); found != nil {
			return fmt.Sprintf(known.says, found[1]) + meaning(found[1]), known.word
		}
	}
	switch {
	case strings.Contains(text, "graceful shutdown GOAWAY"):
		return "the endpoint ended the connection (HTTP/2 GOAWAY) and did not process the request", broken
	case strings.Contains(text, "client connection lost"):
		return "the endpoint no longer answers on the connection (HTTP/2 PING)", broken
	case strings.HasSuffix(text, "frame too large"):
		return "the endpoint's answer violates HTTP/2, with the error FRAME_SIZE_ERROR" + meaning("FRAME_SIZE_ERROR"), broken
	case strings.Contains(text, "header list"):
		return fmt.Sprintf("the answer's header exceeded %d KiB", maxResponseHeader>>10), broken
	}
	return "", ""
}

// meaning returns the meaning of an HTTP/2 error code (RFC 9113 §7) in parentheses.
func meaning(code string) string {
	says := map[string]string{
		"NO_ERROR": "no error: it had finished with it", "PROTOCOL_ERROR": "a violation of the protocol", "INTERNAL_ERROR": "an error within the endpoint",
		"FLOW_CONTROL_ERROR": "more was sent than was allowed", "SETTINGS_TIMEOUT": "its settings were not acknowledged in time",
		"STREAM_CLOSED": "the stream was closed already", "FRAME_SIZE_ERROR": "a frame of a wrong size",
		"REFUSED_STREAM": "the request was not processed", "CANCEL": "the stream is no longer needed",
		"COMPRESSION_ERROR": "the header compression is out of step", "CONNECT_ERROR": "a connection for CONNECT failed",
		"ENHANCE_YOUR_CALM": "it receives too much; lower the webhook's rate or concurrency", "INADEQUATE_SECURITY": "the TLS in use is not secure enough for it",
		"HTTP_1_1_REQUIRED": "it wants HTTP/1.1, which the next attempt speaks",
	}[code]
	if says == "" {
		return ""
	}
	return " (" + says + ", RFC 9113 §7)"
}
