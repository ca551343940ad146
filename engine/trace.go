package engine

import (
	"crypto/tls"
	"net/http/httptrace"
	"sync"
	"time"

	"backchannel/storage"
)

// A phase is how far an attempt has come. Messages contain it.
type phase string

const (
	starting    phase = "before connecting"
	resolving   phase = "looking up the host"
	connecting  phase = "connecting"
	handshaking phase = "in the TLS handshake"
	answering   phase = "waiting for the answer"
)

// A recorder records the timings of one attempt and the header fields that it sends. A
// dialer may call it even after the attempt has ended, so it has to be finished.
type recorder struct {
	mu       sync.Mutex // guards the fields below
	finished bool
	phase    phase
	began    time.Time // the attempt
	since    time.Time // the phase
	timings  storage.Timings
	fields   []storage.HeaderField
}

func newRecorder() *recorder {
	now := time.Now()
	return &recorder{phase: starting, began: now, since: now}
}

// trace returns the hooks that record the phases of making a connection.
func (r *recorder) trace() *httptrace.ClientTrace {
	t := &r.timings
	return &httptrace.ClientTrace{
		DNSStart:          func(httptrace.DNSStartInfo) { r.enter(resolving) },
		DNSDone:           func(httptrace.DNSDoneInfo) { r.leave(&t.DNS) },
		ConnectStart:      func(string, string) { r.enter(connecting) },
		ConnectDone:       r.connected,
		TLSHandshakeStart: func() { r.enter(handshaking) },
		TLSHandshakeDone:  func(tls.ConnectionState, error) { r.leave(&t.TLS) },
	}
}

// enter begins a phase, unless it has begun: several addresses may be tried at once.
func (r *recorder) enter(p phase) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.finished && r.phase != p {
		r.phase, r.since = p, time.Now()
	}
}

// leave stores how long the phase has taken until now.
func (r *recorder) leave(part *time.Duration) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.finished {
		*part = time.Since(r.since)
	}
}

// connected records the time of the connection that succeeded. Of addresses that are tried at
// once, the others fail later.
func (r *recorder) connected(_, _ string, err error) {
	if err == nil {
		r.leave(&r.timings.Connect)
	}
}

// wrote records the header fields of a request that is about to be written.
func (r *recorder) wrote(fields []storage.HeaderField) {
	r.enter(answering)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.fields = fields
}

// finish ends the recording and returns it.
func (r *recorder) finish() (storage.Timings, []storage.HeaderField, phase) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.finished = true
	r.timings.Total = time.Since(r.began)
	return r.timings, r.fields, r.phase
}
