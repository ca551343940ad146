package engine

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"time"

	"backchannel/storage"
	"backchannel/storage/token"
)

// A Variation is how a request differs from that of a delivery, to test an endpoint. The zero
// Variation differs in nothing. It applies to one attempt.
type Variation struct {
	// Sign returns the values of the JWT's header, a line each; nil: one value with a valid
	// token. It is not called for a webhook without JWT.
	Sign func(m *token.Minter, now time.Time) ([]string, error)
	// Lines changes the header lines, without those that describe the target and the length.
	Lines     func([]storage.HeaderField) []storage.HeaderField
	Method    string // empty: POST
	OnlyHTTP1 bool   // HTTP/2 is not offered
	Fresh     bool   // on a new connection

	// The fields below require HTTP/1, which OnlyHTTP1 ensures.

	Version10 bool          // HTTP/1.0
	Chunked   bool          // RFC 9112 §7.1, instead of a Content-Length
	Expect    bool          // Expect: 100-continue (RFC 9110 §10.1.1)
	Over      time.Duration // how long sending the body takes
}

const (
	// expectWait is how long the body waits for 100 Continue. net/http waits as long
	// (Transport.ExpectContinueTimeout of DefaultTransport); RFC 9110 §10.1.1 demands an end.
	expectWait = time.Second
	pacedPart  = 100 * time.Millisecond
	chunkSize  = 128 // so that an event takes several
)

// AttemptVaried is like Attempt, but the request differs.
func (c *Client) AttemptVaried(ctx context.Context, w *storage.Webhook, job *storage.Job, v Variation) Result {
	now := c.now()
	ep, err := c.prepared(ctx, w)
	if err != nil {
		r := newResult(job, now)
		r.notPrepared(err)
		return r
	}
	return ep.vary(ctx, job, v, now)
}

// RetryAfter returns how long the endpoint asks to wait, or 0.
func (r Result) RetryAfter(now time.Time) time.Duration { return storage.RetryAfter(r.retryAfter, now) }

// authLines appends the JWT's header lines.
func (ep *endpoint) authLines(ctx context.Context, lines []storage.HeaderField, job *storage.Job, v Variation, now time.Time) ([]storage.HeaderField, error) {
	if ep.signer == nil || job.Misbehave == storage.MisbehaveMissingAuth {
		return lines, nil
	}
	values, err := ep.signer.values(ctx, now, job.Misbehave, v.Sign)
	if err != nil {
		return nil, err
	}
	for _, value := range values {
		lines = append(lines, storage.HeaderField{Name: ep.webhook.Auth.JWT.Header, Value: value, Secret: true})
	}
	return lines, nil
}

// requestLine returns the request line with its end.
func (d *direct) requestLine(v Variation) string {
	if v.Method == "" && !v.Version10 {
		return d.head
	}
	version := "1.1"
	if v.Version10 {
		version = "1.0"
	}
	return fmt.Sprintf("%s %s HTTP/%s\r\n", cmp.Or(v.Method, http.MethodPost), d.ep.target.RequestURI(), version)
}

// lengthFields returns the header lines that delimit the body.
func (v Variation) lengthFields(body []byte) []storage.HeaderField {
	if v.Chunked {
		return []storage.HeaderField{{Name: "Transfer-Encoding", Value: "chunked"}}
	}
	fields := []storage.HeaderField{{Name: "Content-Length", Value: strconv.Itoa(len(body))}}
	if v.Expect {
		fields = append(fields, storage.HeaderField{Name: "Expect", Value: "100-continue"})
	}
	return fields
}

// framed returns the body as it is written.
func (v Variation) framed(body []byte) []byte {
	if !v.Chunked {
		return body
	}
	var framed bytes.Buffer
	for part := range slices.Chunk(body, chunkSize) {
		fmt.Fprintf(&framed, "%x\r\n%s\r\n", len(part), part)
	}
	framed.WriteString("0\r\n\r\n")
	return framed.Bytes()
}

// A pacing is a message that is not written at once.
type pacing struct {
	head, body []byte
	over       time.Duration
	proceed    chan struct{} // closed when the body is expected; nil: it always is
	answered   chan struct{} // closed when the final answer has come
}

// pacing returns how to write a message if that takes more than one write.
func (v Variation) pacing(head, body []byte) *pacing {
	if !v.Expect && v.Over == 0 {
		return nil
	}
	p := &pacing{head: head, body: body, over: v.Over, answered: make(chan struct{})}
	if v.Expect {
		p.proceed = make(chan struct{})
	}
	return p
}

// errUnwanted means that the endpoint answered instead of reading the body.
var errUnwanted = errors.New("the body was not sent, because the endpoint answered first")

// write writes the message: the head, then the body in equal parts over the given time, and only
// once it is expected. It stops when the endpoint has answered.
func (p *pacing) write(to io.Writer) error {
	if _, err := to.Write(p.head); err != nil {
		return err
	}
	if p.proceed != nil && !p.wait(expectWait, p.proceed) {
		return errUnwanted
	}
	parts := max(1, int(p.over/pacedPart))
	for part := range slices.Chunk(p.body, max(1, (len(p.body)+parts-1)/parts)) {
		if p.over > 0 && !p.wait(p.over/time.Duration(parts), nil) {
			return errUnwanted
		}
		if _, err := to.Write(part); err != nil {
			return err
		}
	}
	return nil
}

// wait waits for a time or for a channel, and reports whether there is no answer yet.
func (p *pacing) wait(most time.Duration, until <-chan struct{}) bool {
	timer := time.NewTimer(most)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-until:
	case <-p.answered:
		return false
	}
	return true
}

// interim records an interim answer (1xx). 100 Continue asks for the body.
func (p *pacing) interim(code int) {
	if p == nil || p.proceed == nil || code != http.StatusContinue {
		return
	}
	select {
	case <-p.proceed:
	default:
		close(p.proceed)
	}
}

// end records that the endpoint does not want the rest of the message.
func (p *pacing) end() {
	if p == nil {
		return
	}
	select {
	case <-p.answered:
	default:
		close(p.answered)
	}
}
