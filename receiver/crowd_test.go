package receiver

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"backchannel/storage"
	"backchannel/storage/sqlite"
)

var (
	crowdSize    = flag.Int("connections", usualCrowd, "how many connections are open at once")
	receiptCount = flag.Int("receipts", 2000, "how many receipts arrive while retention runs")
)

const crowdTimeout = 5 * time.Minute

// A crowd is many connections to a receiver in a process of its own.
type crowd struct {
	t      *testing.T
	server server
	tls    *tls.Config
	store  *sqlite.Store
	w      storage.Webhook
}

func newCrowd(t *testing.T) *crowd {
	dir := t.TempDir()
	store, err := sqlite.Open(t.Context(), sqlite.Options{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = store.Close() })
	w := storage.NewWebhook()
	w.Name, w.Channels = "acme", storage.Channels()
	if err := store.CreateWebhook(t.Context(), &w); err != nil {
		t.Fatal(err)
	}
	c := &crowd{t: t, server: startServer(t, "receiver", dir), store: store, w: w}
	// The hybrid key exchange would take half of the load's time.
	c.tls = &tls.Config{RootCAs: x509.NewCertPool(), CurvePreferences: []tls.CurveID{tls.X25519}}
	c.tls.RootCAs.AppendCertsFromPEM([]byte(c.server.CA))
	return c
}

func (c *crowd) dial(secure bool) (net.Conn, error) {
	dialer := &net.Dialer{Timeout: crowdTimeout, Deadline: time.Now().Add(crowdTimeout)}
	at := strings.TrimPrefix(c.server.URL, "https://")
	if !secure {
		return dialer.Dial("tcp", at)
	}
	return tls.DialWithDialer(dialer, "tcp", at, c.tls)
}

// message returns the n-th valid request.
func (c *crowd) message(n int, body []byte) []byte {
	body = bytes.Clone(body)
	copy(body[len(`{"requestId":"`):], fmt.Sprintf("%032d", n))
	return []byte(whole(&c.w, body))
}

// ask sends a request and returns the status of the answer.
func ask(conn io.ReadWriter, request []byte) (int, error) {
	if _, err := conn.Write(request); err != nil {
		return 0, err
	}
	response, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		return 0, err
	}
	defer response.Body.Close()
	_, err = io.Copy(io.Discard, response.Body)
	return response.StatusCode, err
}

// misbehaviours returns what the misbehaving connections do. Each begins something that the receiver has
// to end.
func (c *crowd) misbehaviours() []func(conn net.Conn) {
	send := func(text string) func(net.Conn) {
		return func(conn net.Conn) { _, _ = io.WriteString(conn, text) }
	}
	start := head(&c.w, "HTTP/1.1")
	return []func(net.Conn){
		send(start[:len(start)/2]),                                                      // a head that never ends
		send(start + "X-Long: " + strings.Repeat("x", 256<<10) + "\r\n"),                // a head that is too long
		send(head(&c.w, "HTTP/1.1", "Content-Length: 100000") + "\r\n{"),                // a body that never arrives
		send(head(&c.w, "HTTP/1.1", "Transfer-Encoding: chunked") + "\r\n5\r\n{\"a\":"), // chunks without end
		send(head(&c.w, "HTTP/1.0") + "\r\n"),
		send("\x00\x01garbage\r\n\r\n"),
		func(net.Conn) {}, // sends nothing
	}
}

// Many correct senders and many misbehaving ones connect at once. Each correct one is answered, and
// whatever was acknowledged is stored.
func TestManyConnectionsAreServed(t *testing.T) {
	if testing.Short() {
		t.Skip("takes seconds")
	}
	needFiles(t, 2**crowdSize)
	c := newCrowd(t)
	bad, body := c.misbehaviours(), event(t, &c.w, storage.StatusSent)
	conns := make([]net.Conn, *crowdSize)
	var acknowledged atomic.Int64
	send := func(n, message int) {
		switch code, err := ask(conns[n], c.message(message, body)); {
		case err != nil:
			t.Errorf("connection %d: %v", n, err)
		case code == http.StatusNoContent:
			acknowledged.Add(1)
		default:
			t.Errorf("connection %d: got %d, want 204", n, code)
		}
	}
	good := func(n int) bool { return n%10 < 7 }
	const connecting = 64 // at a time: more would only wait for one another
	turns := make(chan struct{}, connecting)
	all(len(conns), func(n int) {
		turns <- struct{}{}
		defer func() { <-turns }()
		if t.Failed() {
			return
		}
		var err error
		if conns[n], err = c.dial(n%10 != 9); err != nil { // every tenth connection does not use TLS
			t.Errorf("connection %d: %v", n, err)
			return
		}
		if good(n) {
			send(n, n) // a connection that has had a request may stay idle for long
		} else {
			bad[n/10%len(bad)](conns[n])
		}
	})
	if t.Failed() {
		return
	}
	served := make(chan struct{})
	go func() {
		defer close(served)
		all(len(conns), func(n int) {
			if good(n) {
				send(n, len(conns)+n)
			}
		})
	}()
	for open := true; open; {
		c.healthy()
		select {
		case <-served:
			open = false
		case <-time.After(20 * time.Millisecond):
		}
	}
	for _, conn := range conns {
		_ = conn.Close()
	}
	c.kept(acknowledged.Load())
	c.tookAtMost(512 * max(*crowdSize, 2000) / 2000)
}

// all calls do n times concurrently.
func all(n int, do func(i int)) {
	var group sync.WaitGroup
	for i := range n {
		group.Go(func() { do(i) })
	}
	group.Wait()
}

// tookAtMost stops the receiver and checks how much memory it used at most, in MiB.
func (c *crowd) tookAtMost(most int) {
	c.t.Helper()
	most *= memoryFactor
	c.server.stop()
	if usage, ok := c.server.process.ProcessState.SysUsage().(*syscall.Rusage); ok && usage.Maxrss>>10 > int64(most) {
		c.t.Errorf("the receiver used %d MiB, want at most %d", usage.Maxrss>>10, most)
	}
}

// healthy checks that a request on a new connection is answered.
func (c *crowd) healthy() {
	c.t.Helper()
	conn, err := c.dial(true)
	if err != nil {
		c.t.Error(err)
		return
	}
	defer conn.Close()
	if code, err := ask(conn, []byte("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")); err != nil || code != http.StatusOK {
		c.t.Errorf("/healthz: got %d, %v; want 200", code, err)
	}
}

// kept checks that as many events are stored as were acknowledged.
func (c *crowd) kept(acknowledged int64) {
	c.t.Helper()
	all, err := c.store.Receipts(c.t.Context(), storage.ReceiptQuery{})
	if err != nil {
		c.t.Fatal(err)
	}
	different := map[string]bool{}
	for _, r := range all {
		if r.Code == http.StatusNoContent {
			different[r.RequestID] = true
		}
	}
	if int64(len(different)) != acknowledged {
		c.t.Errorf("got %d stored events, want the %d that were acknowledged", len(different), acknowledged)
	}
}

// Retention deletes the oldest receipts and no others, however fast new ones arrive.
func TestRetentionUnderLoad(t *testing.T) {
	if testing.Short() {
		t.Skip("takes seconds")
	}
	c := newCrowd(t)
	const senders, keep = 32, 500
	body := event(t, &c.w, storage.StatusSent)
	each := *receiptCount / senders
	var sending, retaining sync.WaitGroup
	for n := range senders {
		sending.Go(func() {
			conn, err := c.dial(true)
			if err != nil {
				t.Error(err)
				return
			}
			defer conn.Close()
			for i := range each {
				if code, err := ask(conn, c.message(n*each+i, body)); err != nil || code != http.StatusNoContent {
					t.Errorf("sender %d: got %d, %v; want 204", n, code, err)
					return
				}
			}
		})
	}
	retain := func() {
		limits := storage.Retention{Receipts: keep, ReceiptAge: time.Hour, ReceiptBytes: 1 << 40, DeliveryAge: time.Hour}
		if _, err := c.store.ApplyRetention(t.Context(), limits); err != nil {
			t.Error(err)
		}
	}
	over := make(chan struct{})
	retaining.Go(func() {
		for {
			select {
			case <-over:
				retain()
				return
			case <-time.After(10 * time.Millisecond):
				retain()
			}
		}
	})
	sending.Wait()
	close(over)
	retaining.Wait()
	c.newestKept(senders, each, keep)
	if found, err := c.store.Check(t.Context()); err != nil || len(found) > 0 {
		t.Errorf("the database check found %v, %v", found, err)
	}
	c.tookAtMost(256)
}

// newestKept checks that what is left of each sender's events are its last ones. Each sender sent them
// one after the other.
func (c *crowd) newestKept(senders, each, keep int) {
	c.t.Helper()
	all, err := c.store.Receipts(c.t.Context(), storage.ReceiptQuery{})
	if err != nil {
		c.t.Fatal(err)
	}
	if len(all) != keep {
		c.t.Errorf("got %d receipts, want %d", len(all), keep)
	}
	left := make([]int, senders)
	first := make([]int, senders)
	for i := range first {
		first[i] = each
	}
	for _, r := range all {
		var n int
		if _, err := fmt.Sscanf(strings.TrimLeft(r.RequestID, "0"), "%d", &n); err != nil && !errors.Is(err, io.EOF) {
			c.t.Fatalf("requestId %q: %v", r.RequestID, err)
		}
		left[n/each]++
		first[n/each] = min(first[n/each], n%each)
	}
	for i := range left {
		if first[i]+left[i] != each {
			c.t.Errorf("sender %d: got %d of %d events, the first is number %d", i, left[i], each, first[i])
		}
	}
}

func needFiles(t *testing.T, n int) {
	t.Helper()
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil || limit.Cur < uint64(n) {
		t.Skipf("the test needs %d open files, and the limit is %d (%v)", n, limit.Cur, err)
	}
}
