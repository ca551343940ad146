package engine

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"sync"
	"syscall"
	"time"

	"backchannel/storage"
)

// A shortage is what this process or machine itself lacks: open files, local ports, memory,
// room for a receipt. It says nothing about an endpoint, so no attempt is spent on it and no
// breaker counts it: deliveries wait, and go on by themselves.

const (
	firstHungryWait = 100 * time.Millisecond
	maxHungryWait   = 2 * time.Second
	recoverAfter    = time.Second     // one attempt at a time more is tried after each
	plentyAfter     = 5 * time.Second // without a shortage: it is over
)

// shortage says what is lacking here when that is why an attempt failed; empty otherwise.
func shortage(err error, at phase) string {
	if lack := storage.Shortage(err); lack != "" {
		return lack
	}
	if noPort(err) {
		return "there is no free local port to connect from: too many connections were made in a short time, or the range is small (on Linux: sysctl net.ipv4.ip_local_port_range)"
	}
	// A resolver that may not open a file or socket answers whatever it likes.
	var dns *net.DNSError
	if at == resolving || errors.As(err, &dns) {
		return outOfFiles()
	}
	return ""
}

// outOfFiles says so when no more files or connections can be opened.
func outOfFiles() string {
	file, err := os.Open(os.DevNull)
	if err != nil {
		return storage.Shortage(err)
	}
	_ = file.Close()
	return ""
}

// noPort reports whether a connection could not be made since no local port is free. The
// same error says that there is no local address from which the other could be reached,
// which is the endpoint's affair: then UDP, which sends nothing to connect, cannot either.
func noPort(err error) bool {
	var op *net.OpError
	if !errors.As(err, &op) || op.Op != "dial" || op.Addr == nil {
		return false
	}
	switch {
	case errors.Is(err, syscall.EAGAIN), errors.Is(err, syscall.EADDRINUSE):
		return true
	case !errors.Is(err, syscall.EADDRNOTAVAIL):
		return false
	}
	probe, err := net.Dial("udp", op.Addr.String()) //nolint:noctx // it sends nothing and waits for nothing
	if err != nil {
		return false
	}
	_ = probe.Close()
	return true
}

// A hunger is how a dispatcher copes with a shortage: it makes as many attempts at a time as went
// well, waits while not a single one does, and tries for more as time passes.
type hunger struct {
	most  int // attempts at a time; 0: as many as the webhook allows
	last  time.Time
	until time.Time
	wait  time.Duration
}

// allows is how many attempts may be in flight, at most so many.
func (h *hunger) allows(now time.Time, most int) int {
	if h.most == 0 {
		return most
	}
	grown := h.most + max(int(now.Sub(h.last)/recoverAfter), 0)
	if grown >= most {
		*h = hunger{}
	}
	return min(grown, most)
}

// starve notes a shortage with so many other attempts in flight.
func (h *hunger) starve(now time.Time, others int) {
	h.most, h.last = max(others, 1), now
	if others > 0 {
		return
	}
	h.wait = min(max(2*h.wait, firstHungryWait), maxHungryWait)
	h.until = now.Add(h.wait)
}

// waits is how long nothing may begin.
func (h *hunger) waits(now time.Time) time.Duration {
	return min(max(h.until.Sub(now), 0), maxHungryWait) // the clock may be set back
}

// starved puts a job back as it was, to be tried again when there may be enough.
func (l *dispatcher) starved(f *runningAttempt, lack string) {
	l.endAttempt(Aborted, f.probe)
	if f.stopMarking() {
		if err := l.engine.store.ResetSending(l.engine.committing); err != nil {
			l.engine.log.Error("take back what could not be sent", "error", err)
		}
	}
	l.engine.starving(lack)
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.running, f.job.DeliveryID)
	l.hunger.starve(l.engine.now(), len(l.running))
	if l.idleOnPurpose() {
		l.scan.ended(f.job.DeliveryID)
		return
	}
	l.queue.pushFront(f.job)
	l.queued[f.job.DeliveryID] = true
}

// fed notes that an attempt lacked nothing.
func (l *dispatcher) fed() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.hunger.wait = 0
}

// lacking is the shortage of an engine, told once however many deliveries it holds up.
type lacking struct {
	mu    sync.Mutex // guards what follows
	what  string     // empty: nothing is lacking
	since time.Time
	last  time.Time
	timer *time.Timer
}

// starving makes a shortage known, and gives up what could be spared.
func (e *Engine) starving(lack string) {
	for _, l := range e.allDispatchers() {
		l.client.releaseIdle()
	}
	if e.lacking.begin(lack, e.now(), e.recovered) {
		text := "deliveries wait, which counts as no attempt: " + lack
		e.record(storage.Activity{Kind: storage.ActivityError, Text: text})
		e.noteTrouble()
	}
}

// begin reports whether the shortage is a new one.
func (s *lacking) begin(lack string, now time.Time, check func()) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.last = now
	if s.what != "" {
		return false
	}
	s.what, s.since = lack, now
	s.timer = time.AfterFunc(plentyAfter, check)
	return true
}

// recovered tells that the shortage is over, once there was none for a while.
func (e *Engine) recovered() {
	s := &e.lacking
	s.mu.Lock()
	if rest := plentyAfter - e.now().Sub(s.last); rest > 0 && !e.draining.Load() {
		s.timer.Reset(min(rest, plentyAfter))
		s.mu.Unlock()
		return
	}
	what, lasted := s.what, s.last.Sub(s.since).Round(time.Millisecond)
	s.what = ""
	s.mu.Unlock()
	if e.draining.Load() {
		return
	}
	e.noteTrouble()
	e.record(storage.Activity{Kind: storage.ActivityError, Text: fmt.Sprintf("deliveries had to wait for %s, and go on: %s", lasted, what)})
}

func (s *lacking) text() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.what
}

// A quota is how many attempts may be made at a time, whichever webhook's they are; nil: any
// number. Who waits for it is served in turn.
type quota chan struct{}

func newQuota(most int) quota {
	if most == 0 {
		return nil
	}
	return make(quota, most)
}

// enter waits for room, having told so, and reports whether there was any before ctx ended.
func (q quota) enter(ctx context.Context, waiting func()) bool {
	if q == nil {
		return true
	}
	select {
	case q <- struct{}{}:
		return true
	default:
		waiting()
	}
	select {
	case q <- struct{}{}:
		return true
	case <-ctx.Done():
		return false
	}
}

func (q quota) leave() {
	if q != nil {
		<-q
	}
}
