package main

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"backchannel/engine/river"
	"backchannel/storage"
	"backchannel/storage/postgres"
	"backchannel/storage/storetest"
)

// A cluster is a database, an endpoint, and nodes in processes of their own. Events are enqueued
// through a store without an engine.
type cluster struct {
	*testing.T

	url, keyFile string
	store        *postgres.Store
	hook         storage.Webhook
	endpoint     *countingEndpoint
}

func newCluster(t *testing.T, url string) *cluster {
	t.Helper()
	c := &cluster{T: t, url: url, keyFile: filepath.Join(t.TempDir(), "secret.key"), endpoint: newCountingEndpoint(t)}
	var err error
	c.store, err = postgres.Open(t.Context(), postgres.Options{URL: url, KeyFile: c.keyFile, Jobs: river.NewJobs(), Rules: storage.Rules{AllowHTTP: true}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.store.Close() })
	c.hook = storetest.WebhookNamed("acme")
	c.hook.URL = c.endpoint.URL
	if err := c.store.CreateWebhook(t.Context(), &c.hook); err != nil {
		t.Fatal(err)
	}
	return c
}

// command returns a command on the database, with a data folder of its own.
func (c *cluster) command(args ...string) *exec.Cmd {
	c.Helper()
	cmd := backchannel(c.T, c.TempDir(), append(args, "--database", c.url, "--key-file", c.keyFile)...)
	cmd.Env = append(cmd.Env, envAllowHTTP+"=true")
	return cmd
}

// A nodeProcess is a node: a serve process on the database.
type nodeProcess struct {
	*cluster

	cmd      *exec.Cmd
	out, err *lockedBuffer
	receiver string
	client   *http.Client
	ended    chan struct{}
}

// startNode starts a node. It returns at once, because the node may have to wait for the database.
func (c *cluster) startNode() *nodeProcess {
	c.Helper()
	return c.startNodeWith((*exec.Cmd).Start)
}

func (c *cluster) startNodeWith(start func(*exec.Cmd) error) *nodeProcess {
	c.Helper()
	m := &nodeProcess{cluster: c, cmd: c.command("serve"), out: &lockedBuffer{}, err: &lockedBuffer{}, ended: make(chan struct{})}
	m.cmd.Stdout, m.cmd.Stderr = m.out, m.err
	if err := start(m.cmd); err != nil {
		c.Fatal(err)
	}
	go func() {
		_ = m.cmd.Wait()
		close(m.ended)
	}()
	c.Cleanup(m.kill)
	return m
}

// readyNode starts a node, and waits until it delivers and receives.
func (c *cluster) readyNode() *nodeProcess {
	c.Helper()
	m := c.startNode()
	m.awaitReady()
	return m
}

func (m *nodeProcess) awaitReady() {
	m.Helper()
	var line readyLine
	m.eventually("the ready line", func() bool {
		first, _, whole := strings.Cut(m.out.String(), "\n")
		return whole && json.Unmarshal([]byte(first), &line) == nil
	})
	authority, err := os.ReadFile(line.CA)
	if err != nil {
		m.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(authority)
	m.receiver, m.client = line.Receiver, &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool}}}
}

func (m *nodeProcess) kill() {
	_ = m.cmd.Process.Kill()
	<-m.ended
}

// awaitStderr waits until the node has written a text to stderr.
func (m *nodeProcess) awaitStderr(text string) {
	m.Helper()
	m.eventually(strconv.Quote(text), func() bool { return strings.Contains(m.err.String(), text) })
}

// feedbackStatus returns the status code with which the node's receiver answers a feedback request.
func (m *nodeProcess) feedbackStatus() int {
	m.Helper()
	answer, err := m.client.Post(m.receiver+"/feedback/"+m.hook.Organization+"/"+m.hook.Sandbox.Name, "application/json", strings.NewReader("{}"))
	if err != nil {
		m.Fatal(err)
	}
	_ = answer.Body.Close()
	return answer.StatusCode
}

func (m *nodeProcess) eventually(what string, ok func() bool) {
	m.Helper()
	if !holdsInTime(ok) {
		m.Fatalf("waited %s for %s; stderr is\n%s", patience, what, m.err.String())
	}
}

// awaitNodes waits until n nodes are alive.
func (c *cluster) awaitNodes(n int) {
	c.Helper()
	c.eventually(strconv.Itoa(n)+" nodes", func() bool {
		alive, err := c.store.Living(c.Context())
		return err == nil && len(alive) == n
	})
}

func (c *cluster) eventually(what string, ok func() bool) {
	c.Helper()
	if !holdsInTime(ok) {
		c.Fatalf("waited %s for %s", patience, what)
	}
}

// keepEnqueueing enqueues events, one after another from each of four goroutines, until stop is called.
// That returns the acknowledged deliveries.
func (c *cluster) keepEnqueueing() (stop func() []storage.ID) {
	var mu sync.Mutex // guards ids
	var ids []storage.ID
	var firing sync.WaitGroup
	stopped := make(chan struct{})
	for range 4 {
		firing.Go(func() {
			for {
				select {
				case <-stopped:
					return
				default:
				}
				made, err := c.store.Enqueue(c.Context(), storetest.EventFor(c.hook))
				if err != nil { // not acknowledged
					time.Sleep(10 * time.Millisecond) // while the database is down, each call fails at once
					continue
				}
				mu.Lock()
				ids = append(ids, made[0].ID)
				mu.Unlock()
			}
		})
	}
	return func() []storage.ID {
		close(stopped)
		firing.Wait()
		return ids
	}
}

// enqueue enqueues n events.
func (c *cluster) enqueue(n int) (ids []storage.ID) {
	c.Helper()
	for range n {
		made, err := c.store.Enqueue(c.Context(), storetest.EventFor(c.hook))
		if err != nil {
			c.Fatal(err)
		}
		ids = append(ids, made[0].ID)
	}
	return ids
}

// awaitDelivered waits until all deliveries have ended, and checks the acknowledged ones.
func (c *cluster) awaitDelivered(ids []storage.ID) {
	c.Helper()
	c.awaitEnded()
	c.checkDelivered(ids)
}

// awaitEnded waits until all deliveries have ended, and checks that they were delivered.
func (c *cluster) awaitEnded() {
	c.Helper()
	var counts storage.Counts
	c.eventually("all deliveries to end", func() bool {
		var err error
		counts, err = c.store.Counts(c.Context())
		return err == nil && counts.Deliveries[storage.Queued]+counts.Deliveries[storage.Sending]+counts.Deliveries[storage.Retrying] == 0
	})
	var total int64
	for _, n := range counts.Deliveries {
		total += n
	}
	if delivered := counts.Deliveries[storage.StateDelivered]; delivered != total {
		c.Errorf("%d of %d deliveries were delivered", delivered, total)
	}
}

// checkDelivered checks that each acknowledged delivery was delivered once according to its
// attempts, and that it has reached the endpoint.
func (c *cluster) checkDelivered(ids []storage.ID) {
	c.Helper()
	if len(ids) == 0 {
		c.Error("nothing was acknowledged")
	}
	for _, id := range ids {
		d, err := c.store.Delivery(c.Context(), id)
		if err != nil || d.State != storage.StateDelivered {
			c.Errorf("acknowledged delivery %s: got state %q and error %v, want %s", id, d.State, err, storage.StateDelivered)
		}
		if c.endpoint.requestsOf(id) == 0 {
			c.Errorf("acknowledged delivery %s never reached the endpoint", id)
		}
		c.wantDeliveredOnce(id)
	}
}

// wantDeliveredOnce checks that only the last recorded attempt of a delivery succeeded.
func (c *cluster) wantDeliveredOnce(id storage.ID) {
	c.Helper()
	attempts, err := c.store.Attempts(c.Context(), id)
	if err != nil {
		c.Error(err)
	}
	for i, a := range attempts {
		if succeeded := a.Code/100 == 2; succeeded != (i == len(attempts)-1) {
			c.Errorf("attempt %d of %d of delivery %s was answered %d; only the last attempt may succeed", a.N, len(attempts), id, a.Code)
		}
	}
}

// A countingEndpoint counts the requests of each delivery.
type countingEndpoint struct {
	*httptest.Server

	mu  sync.Mutex // guards got
	got map[string]int
}

// newCountingEndpoint returns an endpoint that takes some time to answer, so that attempts are always
// in flight.
func newCountingEndpoint(t *testing.T) *countingEndpoint {
	e := &countingEndpoint{got: map[string]int{}}
	e.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		e.mu.Lock()
		e.got[r.Header.Get("Backchannel-Delivery")]++
		e.mu.Unlock()
		time.Sleep(5 * time.Millisecond)
		w.WriteHeader(http.StatusNoContent)
	}))
	t.Cleanup(e.Close)
	return e
}

// requests returns how many requests there were, and how many of them were duplicates.
func (e *countingEndpoint) requests() (all, twice int) {
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, n := range e.got {
		all += n
		twice += n - 1
	}
	return all, twice
}

// requestsOf returns how many requests there were of a delivery.
func (e *countingEndpoint) requestsOf(id storage.ID) int {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.got[id.String()]
}

// A lockedBuffer is a buffer that may be written and read at the same time, such as by a process and a
// test.
type lockedBuffer struct {
	mu     sync.Mutex // guards buffer
	buffer bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buffer.Write(p)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buffer.String()
}

// checkWithin checks how long something took. The limit, for a quiet machine, grows with the load.
func checkWithin(t *testing.T, limit, took time.Duration, what string) {
	t.Helper()
	allowed := time.Duration(float64(limit) * (1 + loadPerCore()))
	t.Logf("%s after %s, of %s allowed (%s on a quiet machine)", what, took.Round(time.Millisecond), allowed.Round(time.Millisecond), limit)
	if took > allowed {
		t.Errorf("%s after %s, want at most %s", what, took, allowed)
	}
}

// loadPerCore returns the load of the last minute per core, or 0 if it is unknown.
func loadPerCore() float64 {
	text, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return 0
	}
	first, _, _ := strings.Cut(string(text), " ")
	load, _ := strconv.ParseFloat(first, 64)
	return load / float64(runtime.NumCPU())
}
