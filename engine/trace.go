package engine

import (
	"crypto/tls"
	"net/http/httptrace"
	"sync"
	"time"

	"backchannel/storage"
)

// A phase is how far an attempt came.
type phase string

const (
	starting    phase = "before connecting"
	resolving   phase = "looking up the host"
	connecting  phase = "connecting"
	handshaking phase = "in the TLS handshake"
	answering   phase = "waiting for the answer"
)

// A recorder notes when the parts of one attempt began and ended, and the header fields
// as they are written. A dialer may go on calling it after the attempt is over.
type recorder struct {
	mu      sync.Mutex // guards all of it
	sealed  bool
	phase   phase
	began   time.Time // the attempt
	since   time.Time // the phase
	timings storage.Timings
	fields  []storage.HeaderField
}

func newRecorder() *recorder {
	now := time.Now()
	return &recorder{phase: starting, began: now, since: now}
}

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

// enter begins a phase; that several addresses are tried at once does not begin it anew.
func (r *recorder) enter(p phase) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.sealed && r.phase != p {
		r.phase, r.since = p, time.Now()
	}
}

func (r *recorder) leave(part *time.Duration) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.sealed {
		*part = time.Since(r.since)
	}
}

func (r *recorder) connected(_, _ string, err error) {
	if err == nil {
		r.leave(&r.timings.Connect)
	}
}

// wrote notes the header fields of a request that is about to be written.
func (r *recorder) wrote(fields []storage.HeaderField) {
	r.enter(answering)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.fields = fields
}

// seal ends the recording and hands it over.
func (r *recorder) seal() (storage.Timings, []storage.HeaderField, phase) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.sealed = true
	r.timings.Total = time.Since(r.began)
	return r.timings, r.fields, r.phase
}
