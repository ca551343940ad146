package postgres

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"backchannel/storage"
	"backchannel/storage/postgres/pgtest"
	"backchannel/storage/storetest"
)

// TestLostAnswersToCommits cuts the connection when it carries a commit or the answer to one. In
// the first case the server has not stored the change, in the second it has. In both, the change
// must be stored exactly once in the end.
func TestLostAnswersToCommits(t *testing.T) {
	t.Parallel()
	for name, cut := range map[string]func(*proxy, int){
		"the commit is lost":     func(p *proxy, n int) { p.cutRequests(preparedCommit(), n) },
		"the answer is lost":     func(p *proxy, n int) { p.cutAnswers("COMMIT\x00", n) },
		"both are lost, in turn": func(p *proxy, n int) { p.cutRequests(preparedCommit(), n); p.cutAnswers("COMMIT\x00", n) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := pgtest.Start(t, pgtest.Options{})
			database := server.Create(t)
			direct := open(t, Options{URL: database, KeyFile: templateKey})
			w := makeWebhook(t, direct)
			p := newProxy(t, server.Address())
			store := open(t, Options{URL: p.url(t, database), KeyFile: templateKey})
			for i := range 3 {
				cut(p, 1)
				made, err := store.Enqueue(t.Context(), storetest.EventFor(w))
				if err != nil {
					t.Fatal(err)
				}
				cut(p, 1)
				if err := store.Finish(t.Context(), storetest.OutcomeOf(made[0], storage.StateDelivered)); err != nil {
					t.Fatal(err)
				}
				wantDelivered(t, direct, int64(i+1))
			}
			if p.done.Load() < 6 {
				t.Errorf("the connection was cut %d times, want at least 6", p.done.Load())
			}
		})
	}
}

// preparedCommit returns the name that pgx gives the statement that ends a transaction.
func preparedCommit() string {
	sum := sha256.Sum256([]byte("commit"))
	return "stmtcache_" + hex.EncodeToString(sum[:24])
}

func makeWebhook(t *testing.T, store *Store) storage.Webhook {
	t.Helper()
	w := storage.NewWebhook()
	w.Name, w.Channels, w.Sandbox.Name = "acme", storage.Channels(), "acme"
	if err := store.CreateWebhook(t.Context(), &w); err != nil {
		t.Fatal(err)
	}
	return w
}

// wantDelivered checks that there are n deliveries, all of them delivered, and that the counters
// agree with the rows.
func wantDelivered(t *testing.T, store *Store, n int64) {
	t.Helper()
	rows, err := store.CountDeliveries(t.Context(), storage.DeliveryQuery{})
	if err != nil {
		t.Fatal(err)
	}
	counts, err := store.Counts(t.Context())
	if err != nil || rows != n || counts.Deliveries[storage.StateDelivered] != n || counts.Deliveries[storage.Queued] != 0 {
		t.Errorf("got %d deliveries and the counters %v, %v; want %d", rows, counts.Deliveries, err, n)
	}
}

// A proxy passes bytes between clients and a server, and cuts a connection at given texts.
type proxy struct {
	address, server string
	done            atomic.Int64 // number of cuts so far

	mu                sync.Mutex // guards the fields below
	requests, answers cut
	conns             map[net.Conn]bool // of clients; nil after all were cut off
}

// A cut says where the proxy cuts a connection.
type cut struct {
	at    string // before bytes that contain this
	times int    // how often it still does
	all   bool   // all connections, for good
}

func newProxy(t *testing.T, server string) *proxy {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &proxy{address: listener.Addr().String(), server: server, conns: map[net.Conn]bool{}}
	var conns sync.WaitGroup
	conns.Go(func() {
		for {
			client, err := listener.Accept()
			if err != nil {
				return
			}
			conns.Go(func() { p.serve(client) })
		}
	})
	t.Cleanup(func() { listener.Close(); conns.Wait() })
	return p
}

// url returns the URL of the database through the proxy.
func (p *proxy) url(t *testing.T, database string) string {
	through := mustParse(t, database)
	through.Host, through.RawQuery = p.address, url.Values{"user": {"postgres"}, "sslmode": {"disable"}}.Encode()
	return through.String()
}

func (p *proxy) cutRequests(at string, times int) { p.set(&p.requests, cut{at: at, times: times}) }
func (p *proxy) cutAnswers(at string, times int)  { p.set(&p.answers, cut{at: at, times: times}) }

// cutOffAt cuts all connections at an answer and admits none from then on.
func (p *proxy) cutOffAt(at string) { p.set(&p.answers, cut{at: at, times: 1, all: true}) }

func (p *proxy) set(which *cut, to cut) {
	p.mu.Lock()
	defer p.mu.Unlock()
	*which = to
}

// cuts reports whether to cut a connection before the bytes, and counts the cut.
func (p *proxy) cuts(which *cut, part []byte) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if which.times == 0 || !bytes.Contains(part, []byte(which.at)) {
		return false
	}
	which.times--
	p.done.Add(1)
	if which.all {
		for conn := range p.conns {
			conn.Close()
		}
		p.conns = nil
	}
	return true
}

// admit reports whether a client may connect.
func (p *proxy) admit(client net.Conn) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.conns != nil {
		p.conns[client] = true
	}
	return p.conns != nil
}

func (p *proxy) serve(client net.Conn) {
	if !p.admit(client) {
		client.Close()
		return
	}
	server, err := net.Dial("tcp", p.server)
	if err != nil {
		client.Close()
		return
	}
	var both sync.WaitGroup
	pass := func(to, from net.Conn, which *cut) {
		both.Go(func() {
			defer client.Close()
			defer server.Close()
			buffer := make([]byte, 64<<10)
			for {
				n, err := from.Read(buffer)
				if err != nil || p.cuts(which, buffer[:n]) {
					return
				}
				if _, err := to.Write(buffer[:n]); err != nil {
					return
				}
			}
		})
	}
	pass(server, client, &p.requests)
	pass(client, server, &p.answers)
	both.Wait()
}

// waitForAll waits for the hint that anything may have changed, which follows a loss of the
// connection.
func waitForAll(t *testing.T, hints <-chan storage.Change) {
	t.Helper()
	timeout := time.After(20 * time.Second)
	for {
		select {
		case kinds := <-hints:
			if kinds == storage.ChangedAll {
				return
			}
		case <-timeout:
			t.Fatal("no hint after the restart")
		}
	}
}

// TestUnreachableServerIsReported stops the server and then starts it again.
func TestUnreachableServerIsReported(t *testing.T) {
	t.Parallel()
	server := pgtest.Start(t, pgtest.Options{})
	store := open(t, Options{URL: server.Create(t), KeyFile: templateKey})
	lost := make(chan error, 8)
	store.OnLost(func(err error) { lost <- err })
	if err := server.Stop("fast"); err != nil {
		t.Fatal(err)
	}
	if err := <-lost; !errors.Is(err, storage.ErrUnreachable) || !errors.Is(store.Lost(), storage.ErrUnreachable) {
		t.Errorf("after the stop: got %v, %v", err, store.Lost())
	}
	began := time.Now()
	_, reading := store.Webhooks(t.Context())
	writing := store.TryWrite(t.Context())
	if !errors.Is(reading, storage.ErrUnreachable) || !errors.Is(writing, storage.ErrUnreachable) || strings.Contains(reading.Error()+writing.Error(), "\n") {
		t.Errorf("got %v and %v after %s", reading, writing, time.Since(began))
	}
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	if err := <-lost; err != nil || store.Lost() != nil {
		t.Errorf("after the start: got %v, %v", err, store.Lost())
	}
	if err := store.TryWrite(t.Context()); err != nil {
		t.Error(err)
	}
}

// A process that is stopped in the middle of a transaction holds the lock that all others need,
// until the server ends its transaction.
func TestStoppedProcessBlocksNoOther(t *testing.T) {
	t.Parallel()
	database := pgtest.Copy(t, template)
	stopped, other := open(t, Options{URL: database, KeyFile: templateKey}), open(t, Options{URL: database, KeyFile: templateKey})
	tx, err := stopped.Pool().Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tx.Exec(t.Context(), `SELECT last_id FROM store FOR UPDATE`); err != nil {
		t.Fatal(err)
	}
	if err := other.AddActivity(t.Context(), storage.Activity{Text: "written"}); err != nil {
		t.Error(err)
	}
	if err := tx.Commit(t.Context()); err == nil {
		t.Error("the stopped process committed")
	}
}
