package main

import (
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"backchannel/storage/postgres/pgtest"
)

// Nothing is lost when a node is cut off from the database. The other one sends again only what the
// first had in flight. The first says that it is cut off, rejects what it cannot store, and
// continues by itself.
func TestANodeIsCutOff(t *testing.T) {
	t.Parallel()
	for name, way := range map[string]struct {
		cut, restore func(*host)
		long         bool
	}{
		"packets are dropped": {(*host).dropPackets, (*host).passPackets, false},
		"the link is down":    {(*host).unplug, (*host).plug, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if way.long && !long() {
				t.Skip("tested only if -kills is greater than 3, as by make torture")
			}
			n := newNetwork(t)
			server := pgtest.Start(t, pgtest.Options{Settings: []string{"listen_addresses=" + hubAddress}, Inside: n.hub.do})
			c := newCluster(t, server.Create(t))
			at, _, _ := strings.Cut(strings.TrimPrefix(c.url, "postgres:///"), "?")
			c.url = "postgres://postgres@" + net.JoinHostPort(hubAddress, server.Port()) + "/" + at
			far, near := n.host(), n.host()
			gate := newGate(c.endpoint, far.listen(c.endpoint.Listener.Addr().String()))
			go func() { _ = http.Serve(near.listen(c.endpoint.Listener.Addr().String()), c.endpoint.Config.Handler) }()
			cutOff, other := c.readyNodeOn(far), c.readyNodeOn(near)
			c.awaitNodes(2)

			stop := c.keepEnqueueing()
			c.awaitRequests(50)
			held := gate.close()
			c.eventually("attempts in flight", func() bool { return held.len() == c.hook.Delivery.Concurrency/2 })
			way.cut(far)
			cutAt, outageEnds := time.Now(), time.After(outage)
			gate.open()
			before, _ := c.endpoint.requests()
			c.awaitRequests(before + 50) // from the other node
			ids := stop()
			c.eventually("what was in flight to be sent again", func() bool { // while new events arrive
				ids = append(ids, c.enqueue(1)...)
				_, twice := c.endpoint.requests()
				return twice >= held.len()
			})
			checkWithin(t, 10*time.Second, time.Since(cutAt), "what was in flight was sent again")
			c.awaitNodes(1)
			c.awaitEnded()
			cutOff.awaitStderr("cannot be reached")
			if got := cutOff.feedbackStatus(); got != http.StatusServiceUnavailable {
				t.Errorf("the receiver of the node that is cut off: got status %d, want %d", got, http.StatusServiceUnavailable)
			}
			<-outageEnds
			way.restore(far)
			restoredAt := time.Now()
			cutOff.awaitStderr("can be reached again")
			c.awaitNodes(2)
			checkWithin(t, 5*time.Second, time.Since(restoredAt), "the node was alive again")
			other.kill()
			more := c.enqueue(20)
			c.awaitDelivered(append(ids, more...)) // by the node that was cut off
			if got := cutOff.feedbackStatus(); got == http.StatusServiceUnavailable {
				t.Errorf("the receiver of the node that was cut off still answers %d", got)
			}
			if text := cutOff.err.String(); strings.Count(text, "\n") != 3 {
				t.Errorf("the node that was cut off: want three lines (it delivers, is cut off, is not any more); got\n%s", text)
			}
			t.Logf("%d deliveries acknowledged, %d in flight when the node was cut off", len(ids)+len(more), held.len())
			c.endpoint.checkTwice(t, held)
		})
	}
}

// readyNodeOn is like readyNode, but starts the node on a host.
func (c *cluster) readyNodeOn(h *host) *nodeProcess {
	c.Helper()
	m := c.startNodeWith(h.start)
	m.awaitReady()
	m.client.Transport.(*http.Transport).DialContext = h.dial
	return m
}

// A gate is in front of an endpoint. While it is closed, it holds back requests.
type gate struct {
	mu      sync.Mutex // guards the fields below
	closed  chan struct{}
	holding *heldDeliveries
}

// newGate serves an endpoint behind an open gate.
func newGate(e *countingEndpoint, listener net.Listener) *gate {
	g := &gate{}
	handler := e.Config.Handler
	go func() {
		_ = http.Serve(listener, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			_, _ = io.Copy(io.Discard, r.Body)
			g.pass(r.Header.Get("Backchannel-Delivery"))
			handler.ServeHTTP(w, r)
		}))
	}()
	return g
}

func (g *gate) pass(delivery string) {
	g.mu.Lock()
	closed := g.closed
	if closed != nil {
		g.holding.add(delivery)
	}
	g.mu.Unlock()
	if closed != nil {
		<-closed
	}
}

// close closes the gate, and returns the deliveries whose requests it holds back from then on.
func (g *gate) close() *heldDeliveries {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.closed, g.holding = make(chan struct{}), &heldDeliveries{of: map[string]bool{}}
	return g.holding
}

func (g *gate) open() {
	g.mu.Lock()
	defer g.mu.Unlock()
	close(g.closed)
	g.closed = nil
}

// heldDeliveries are the deliveries that were in flight when a gate was closed.
type heldDeliveries struct {
	mu sync.Mutex // guards of
	of map[string]bool
}

func (h *heldDeliveries) add(delivery string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.of[delivery] = true
}

func (h *heldDeliveries) len() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return len(h.of)
}

// checkTwice checks that what was in flight was sent twice, and everything else once.
func (e *countingEndpoint) checkTwice(t *testing.T, inFlight *heldDeliveries) {
	t.Helper()
	e.mu.Lock()
	defer e.mu.Unlock()
	for delivery, n := range e.got {
		if want := map[bool]int{true: 2, false: 1}[inFlight.of[delivery]]; n != want {
			t.Errorf("delivery %s was sent %d times, want %d", delivery, n, want)
		}
	}
}
