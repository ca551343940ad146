package main

import (
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"backchannel/storage"
	"backchannel/storage/postgres/pgtest"
)

// Nothing is lost when a node is cut off from the database. The other one sends again only what the
// first had in flight. The first says that it is cut off, rejects what it cannot store, and
// continues by itself.
func TestANodeIsCutOff(t *testing.T) {
	t.Parallel()
	for name, way := range map[string]struct {
		cut, mend func(*host)
		long      bool
	}{
		"what it sends is lost": {(*host).lose, (*host).find, false},
		"it has no network":     {(*host).unplug, (*host).plug, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if way.long && !long() {
				t.Skip("half of the ways are tested unless -kills is greater than 3, as with make torture")
			}
			n := newNetwork(t)
			server := pgtest.Start(t, pgtest.Options{Settings: []string{"listen_addresses=" + hubAddress}, Inside: n.hub.do})
			c := newCluster(t, server.Create(t))
			at, _, _ := strings.Cut(strings.TrimPrefix(c.url, "postgres:///"), "?")
			c.url = "postgres://postgres@" + net.JoinHostPort(hubAddress, server.Port()) + "/" + at
			far, near := n.host(), n.host()
			gate := newGate(c.endpoint, far.listen(c.endpoint.Listener.Addr().String()))
			go func() { _ = http.Serve(near.listen(c.endpoint.Listener.Addr().String()), c.endpoint.Config.Handler) }()
			cutOff, other := c.nodeOn(far), c.nodeOn(near)
			c.awaitNodes(2)

			stop := make(chan struct{})
			var ids []storage.ID
			var firing sync.WaitGroup
			firing.Go(func() { ids = c.fire(stop) })
			c.awaitRequests(50)
			held := gate.close()
			c.eventually("attempts in flight", func() bool { return held.len() == c.hook.Delivery.Concurrency/2 })
			way.cut(far)
			cut, again := time.Now(), time.After(outage)
			gate.open()
			before, _ := c.endpoint.requests()
			c.awaitRequests(before + 50) // which the other one sends
			close(stop)
			firing.Wait()
			c.eventually("what was in flight to be sent again", func() bool { // beside what is new
				ids = append(ids, c.fireSome(1)...)
				_, twice := c.endpoint.requests()
				return twice >= held.len()
			})
			checkWithin(t, 10*time.Second, time.Since(cut), "what was in flight was sent again")
			c.awaitNodes(1)
			c.awaitEnded()
			cutOff.says("cannot be reached")
			if got := cutOff.answer(); got != http.StatusServiceUnavailable {
				t.Errorf("the receiver of a node that is cut off answers %d", got)
			}
			<-again
			way.mend(far)
			mended := time.Now()
			cutOff.says("can be reached again")
			c.awaitNodes(2)
			checkWithin(t, 5*time.Second, time.Since(mended), "the node was back")
			other.kill()
			made := c.fireSome(20)
			c.awaitDelivered(append(ids, made...)) // by the one that was cut off
			if got := cutOff.answer(); got == http.StatusServiceUnavailable {
				t.Errorf("the receiver of a node still answers %d", got)
			}
			if text := cutOff.err.String(); strings.Count(text, "\n") != 3 { // one that it delivers, one that it is cut off, one that it is not
				t.Errorf("the node that was cut off says\n%s", text)
			}
			t.Logf("%d deliveries acknowledged, %d in flight when the node was cut off", len(ids)+len(made), held.len())
			c.endpoint.checkTwice(t, held)
		})
	}
}

// nodeOn starts a node on a host, and waits until it delivers and receives.
func (c *cluster) nodeOn(h *host) *memberProcess {
	c.Helper()
	m := c.beginBy(h.start)
	m.awaitReady()
	m.client.Transport.(*http.Transport).DialContext = h.dial
	return m
}

// A gate is in front of an endpoint. While it is closed, it holds requests.
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

// close closes the gate, and returns the deliveries that it holds from then on.
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
