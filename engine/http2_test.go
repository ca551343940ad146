package engine

import (
	"bytes"
	"context"
	"crypto/tls"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"

	"backchannel/engine/policy"
	"backchannel/storage"
)

// framed serves HTTP/2 frame by frame. It calls answer with the stream of each request.
func framed(t *testing.T, answer func(f *http2.Framer, stream uint32, c net.Conn)) (b *bench, requests *atomic.Int64) {
	requests = new(atomic.Int64)
	pair := httptest.NewUnstartedServer(nil)
	pair.StartTLS()
	t.Cleanup(pair.Close)
	config := &tls.Config{Certificates: pair.TLS.Certificates, NextProtos: []string{"h2", "http/1.1"}}
	url := rawServer(t, func(plain net.Conn) {
		c := tls.Server(plain, config)
		if c.Handshake() != nil {
			return
		}
		if c.ConnectionState().NegotiatedProtocol != "h2" {
			requests.Add(1)
			readRequest(c)
			_, _ = io.WriteString(c, noContent)
			return
		}
		_, _ = io.ReadFull(c, make([]byte, len(http2.ClientPreface)))
		f := http2.NewFramer(c, c)
		_ = f.WriteSettings()
		for {
			frame, err := f.ReadFrame()
			if err != nil {
				return
			}
			switch frame := frame.(type) {
			case *http2.SettingsFrame:
				if !frame.IsAck() {
					_ = f.WriteSettingsAck()
				}
			case *http2.HeadersFrame:
				requests.Add(1)
				answer(f, frame.StreamID, c)
			}
		}
	})
	b = newBench(t, strings.Replace(url, "http:", "https:", 1))
	b.hook.Delivery.TLS.SkipVerify = true
	return b, requests
}

func TestOneAttemptIsOneHTTP2Request(t *testing.T) {
	reset := func(code http2.ErrCode) func(*http2.Framer, uint32, net.Conn) {
		return func(f *http2.Framer, stream uint32, _ net.Conn) { _ = f.WriteRSTStream(stream, code) }
	}
	goAway := func(last uint32, code http2.ErrCode) func(*http2.Framer, uint32, net.Conn) {
		return func(f *http2.Framer, _ uint32, c net.Conn) {
			_ = f.WriteGoAway(last, code, []byte("\x1b[2J"))
			if code != http2.ErrCodeNo {
				_ = c.Close()
			}
		}
	}
	for _, c := range []struct {
		name   string
		answer func(*http2.Framer, uint32, net.Conn)
		want   string
	}{
		{"REFUSED_STREAM", reset(http2.ErrCodeRefusedStream), "the endpoint reset the request's stream with the HTTP/2 error REFUSED_STREAM (the request was not processed, RFC 9113 §7)"},
		{"INTERNAL_ERROR", reset(http2.ErrCodeInternal), "INTERNAL_ERROR"},
		{"PROTOCOL_ERROR", reset(http2.ErrCodeProtocol), "PROTOCOL_ERROR"},
		{"CANCEL", reset(http2.ErrCodeCancel), "CANCEL"},
		{"ENHANCE_YOUR_CALM", reset(http2.ErrCodeEnhanceYourCalm), "lower the webhook's rate or concurrency"},
		{"GOAWAY", goAway(0, http2.ErrCodeNo), "the endpoint ended the connection (HTTP/2 GOAWAY)"},
		{"GOAWAY with an error", goAway(1, http2.ErrCodeEnhanceYourCalm), "(HTTP/2 GOAWAY) with the error ENHANCE_YOUR_CALM"},
		{"hangs up", func(_ *http2.Framer, _ uint32, c net.Conn) { _ = c.Close() }, "the connection was closed without an answer"},
		{"garbage", func(_ *http2.Framer, _ uint32, c net.Conn) { _, _ = io.WriteString(c, strings.Repeat("garbage", 20)) }, "FRAME_SIZE_ERROR"},
		{"no status", func(f *http2.Framer, stream uint32, _ net.Conn) {
			var block bytes.Buffer
			_ = hpack.NewEncoder(&block).WriteField(hpack.HeaderField{Name: "x", Value: "y"})
			_ = f.WriteHeaders(http2.HeadersFrameParam{StreamID: stream, BlockFragment: block.Bytes(), EndHeaders: true, EndStream: true})
		}, "HTTP/2"},
	} {
		t.Run(c.name, func(t *testing.T) {
			b, requests := framed(t, c.answer)
			b.hook.Headers = []storage.HeaderField{{Name: "Idempotency-Key", Value: "1"}}
			r := b.try(storage.Job{})
			b.expect(r, policy.Retryable, storage.ClassTransport, c.want)
			for _, foreign := range []string{"http2:", "GetBody", "readLoop", "stream ID", "\x1b"} {
				if strings.Contains(r.Attempt.Error, foreign) {
					t.Errorf("the error %q contains %q", r.Attempt.Error, foreign)
				}
			}
			if requests.Load() != 1 || field(r.Attempt.RequestHeaders, ":method").Value != "POST" {
				t.Errorf("got %d requests, recorded headers %v; want 1 POST", requests.Load(), r.Attempt.RequestHeaders)
			}
		})
	}
}

func TestEndpointThatRequiresHTTP11GetsItNextTime(t *testing.T) {
	b, requests := framed(t, func(f *http2.Framer, stream uint32, _ net.Conn) {
		_ = f.WriteRSTStream(stream, http2.ErrCodeHTTP11Required)
	})
	ep, err := b.endpoint()
	if err != nil {
		t.Fatal(err)
	}
	try := func() Result {
		return ep.attempt(context.Background(), &storage.Job{Payload: []byte("{}")}, time.Now())
	}
	b.expect(try(), policy.Retryable, storage.ClassTransport, "it wants HTTP/1.1, which the next attempt speaks")
	b.expect(try(), policy.Succeeded, "", "")
	if requests.Load() != 2 {
		t.Errorf("got %d requests, want 2", requests.Load())
	}
}

// A connection that the endpoint closed while it was idle is replaced within the attempt, because nothing was sent on it.
func TestClosedHTTP2ConnectionIsReplaced(t *testing.T) {
	var requests atomic.Int64
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		requests.Add(1)
	}))
	s.EnableHTTP2 = true
	s.StartTLS()
	t.Cleanup(s.Close)
	b := newBench(t, s.URL).trust(s)
	ep, err := b.endpoint()
	if err != nil {
		t.Fatal(err)
	}
	for _, size := range []int{2, 2 << 10, 100 << 10} {
		r := ep.attempt(context.Background(), &storage.Job{Payload: bytes.Repeat([]byte("x"), size)}, time.Now())
		b.expect(r, policy.Succeeded, "", "")
		s.CloseClientConnections()
		for _, c := range ep.direct.http2.conns {
			for c.Err() == nil {
				runtime.Gosched()
			}
		}
	}
	ep.retire()
	if len(ep.direct.http2.conns) != 0 || requests.Load() != 3 {
		t.Errorf("got %d connections left, %d requests; want 0, 3", len(ep.direct.http2.conns), requests.Load())
	}
}
