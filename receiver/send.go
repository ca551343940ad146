package receiver

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"

	"backchannel/receiver/intake"
	"backchannel/storage"
)

// maxHang is how long a sender is kept waiting by a profile that never answers.
const maxHang = 15 * time.Minute

// maxReading is how long a sender may take to read an answer longer than intake.Small.
const maxReading = time.Minute

// A responder sends the answer to one request.
type responder struct {
	*lifetime
	w   http.ResponseWriter
	req *http.Request
}

// send sends an answer, with the delay, speed or fault that it asks for, and returns the
// outcome.
func (r responder) send(a answer, receipt storage.ID) storage.AnswerOutcome {
	if a.fault == storage.FaultHang {
		return r.hang()
	}
	if a.delay > 0 && !r.pause(a.delay) {
		return storage.ClientGone
	}
	if a.fault == storage.FaultDrop {
		return storage.Dropped
	}
	body := r.compose(a, receipt)
	if a.drip > 0 {
		return r.drip(a, body)
	}
	if len(body) > intake.Small {
		defer r.deadline()()
	}
	r.w.WriteHeader(a.status)
	_, err := io.WriteString(r.w, body)
	if r.req.Method != http.MethodHead && (err == nil || !bodyAllowed(a.status)) {
		err = http.NewResponseController(r.w).Flush()
	}
	if err != nil {
		return storage.ClientGone
	}
	return storage.Answered
}

// deadline bounds how long a sender may take to read an answer that may not fit into the
// socket's buffer. The function that it returns removes the bound.
func (r responder) deadline() func() {
	controller := http.NewResponseController(r.w)
	_ = controller.SetWriteDeadline(time.Now().Add(maxReading))
	return func() { _ = controller.SetWriteDeadline(time.Time{}) }
}

// pause waits and reports whether the sender is still connected. A shutdown ends it early.
func (r responder) pause(wait time.Duration) bool {
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-r.stopping.Done():
	case <-r.req.Context().Done():
		return false
	}
	return true
}

// hang sends nothing until the sender disconnects.
func (r responder) hang() storage.AnswerOutcome {
	if !r.pause(maxHang) {
		return storage.ClientGone
	}
	return storage.Dropped
}

// compose sets the answer's header fields and returns its body.
func (r responder) compose(a answer, receipt storage.ID) string {
	header, body := r.w.Header(), a.body
	if a.problem != nil {
		header.Set("Content-Type", problemType)
		body = a.problem.encode(a.status, receipt)
	}
	for _, h := range a.headers { // a profile's headers replace our own
		header.Del(h.Name)
	}
	for _, h := range a.headers {
		header.Add(h.Name, h.Value)
	}
	if !bodyAllowed(a.status) {
		return ""
	}
	header.Set("Content-Length", strconv.Itoa(len(body)))
	return body
}

// bodyAllowed reports whether an answer may have a body (RFC 9110 §6.4.1).
func bodyAllowed(status int) bool {
	return status >= 200 && status != http.StatusNoContent && status != http.StatusNotModified
}

// drip sends the answer a few bytes at a time, including its header. In HTTP/2, where a
// header is one frame, only the body is slowed down.
func (r responder) drip(a answer, body string) storage.AnswerOutcome {
	controller := http.NewResponseController(r.w)
	conn, buffered, err := controller.Hijack()
	if err != nil {
		r.w.WriteHeader(a.status)
		return r.trickle(r.req.Context(), flushed{r.w, controller}, []byte(body), a.drip)
	}
	defer conn.Close()
	gone, cancel := context.WithCancel(r.working)
	defer cancel()
	go watch(conn, buffered.Reader, cancel)
	return r.trickle(gone, conn, rawAnswer(a.status, r.w.Header(), body), a.drip)
}

// rawAnswer returns the bytes of an HTTP/1.1 answer.
func rawAnswer(status int, header http.Header, body string) []byte {
	response := http.Response{
		StatusCode: status, ProtoMajor: 1, ProtoMinor: 1, Header: header, Close: true,
		ContentLength: int64(len(body)), Body: io.NopCloser(strings.NewReader(body)),
	}
	header.Set("Date", time.Now().UTC().Format(http.TimeFormat))
	header.Del("Content-Length") // Write adds its own
	var raw bytes.Buffer
	_ = response.Write(&raw) // writing to a Buffer never fails
	return raw.Bytes()
}

// watch discards what the sender sends and calls gone when the sender disconnects.
func watch(conn net.Conn, buffered *bufio.Reader, gone context.CancelFunc) {
	defer gone()
	_ = conn.SetReadDeadline(time.Time{})
	_, _ = io.Copy(io.Discard, buffered)
}

// trickle writes text at a rate of perSecond bytes.
func (r responder) trickle(gone context.Context, to io.Writer, text []byte, perSecond int) storage.AnswerOutcome {
	const (
		most    = 20      // writes per second
		fastest = 1 << 30 // bytes per second
	)
	perSecond = min(perSecond, fastest)
	portion := max(1, perSecond/most)
	ticker := time.NewTicker(time.Second * time.Duration(portion) / time.Duration(perSecond))
	defer ticker.Stop()
	for len(text) > 0 {
		select {
		case <-ticker.C:
		case <-gone.Done():
			return storage.ClientGone
		case <-r.stopping.Done():
			return storage.Dropped
		}
		n := min(portion, len(text))
		if _, err := to.Write(text[:n]); err != nil {
			return storage.ClientGone
		}
		text = text[n:]
	}
	return storage.Answered
}

// A flushed writer flushes after each write.
type flushed struct {
	io.Writer
	controller *http.ResponseController
}

// Write implements io.Writer.
func (f flushed) Write(p []byte) (int, error) {
	n, err := f.Writer.Write(p)
	if err == nil {
		err = f.controller.Flush()
	}
	return n, err
}
