package engine

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"net"
	"net/http"
)

// A truncater announces the whole body, sends half of it and closes its side of the
// connection. It still hears what the endpoint has to say about that.
type truncater struct{ ep *endpoint }

func (t truncater) RoundTrip(req *http.Request) (*http.Response, error) {
	target := t.ep.target
	conn, err := t.ep.dial.connect(req.Context(), target.Scheme, target.Hostname(), t.ep.address(), "http/1.1")
	if err != nil {
		return nil, err
	}
	stop := context.AfterFunc(req.Context(), func() { _ = conn.Close() })
	hangUp := func() {
		stop()
		_ = conn.Close()
	}
	resp, err := exchangeHalf(conn.Conn, req)
	if err != nil {
		hangUp()
		return nil, err
	}
	resp.Body = &lastBody{ReadCloser: resp.Body, hangUp: hangUp}
	return resp, nil
}

func exchangeHalf(conn net.Conn, req *http.Request) (*http.Response, error) {
	var whole bytes.Buffer
	if err := req.Write(&whole); err != nil {
		return nil, err
	}
	whole.Truncate(whole.Len() - int(req.ContentLength+1)/2)
	if _, err := conn.Write(whole.Bytes()); err != nil {
		return nil, err
	}
	if half, ok := conn.(interface{ CloseWrite() error }); ok {
		if err := half.CloseWrite(); err != nil {
			return nil, err
		}
	}
	return http.ReadResponse(bufio.NewReader(io.LimitReader(conn, maxResponseHeader+maxResponseBody)), req)
}

// A lastBody hangs up when the body is closed.
type lastBody struct {
	io.ReadCloser
	hangUp func()
}

func (b *lastBody) Close() error {
	b.hangUp()
	return nil
}
