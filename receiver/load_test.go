package receiver

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"backchannel/receiver/intake"
	"backchannel/storage"
	"backchannel/storage/jsontext"
	"backchannel/storage/sqlite"
	"backchannel/storage/storetest"
)

// The load comes from this process. Each server is a process of its own: this test binary, with its role
// in the environment.
const (
	roleVariable = "RECEIVER_TEST_ROLE"
	dirVariable  = "RECEIVER_TEST_DIR"
)

func TestMain(m *testing.M) {
	roles := map[string]func() error{"bare": serveBare, "receiver": serveReceiver}
	serve, ok := roles[os.Getenv(roleVariable)]
	if !ok {
		goleak.VerifyTestMain(m)
	}
	if err := serve(); err != nil {
		log.Fatal(err)
	}
}

// An address is what a server process prints when it is ready.
type address struct{ URL, CA string }

func (a address) announce() error {
	err := json.NewEncoder(os.Stdout).Encode(a)
	_, _ = io.Copy(io.Discard, os.Stdin) // until the parent process ends
	return err
}

// serveBare serves a minimal HTTPS endpoint.
func serveBare() error {
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		_, _ = io.Copy(io.Discard, req.Body)
		w.WriteHeader(http.StatusNoContent)
	}))
	defer server.Close()
	return address{URL: server.URL}.announce()
}

func serveReceiver() error {
	dir := os.Getenv(dirVariable)
	store, err := sqlite.Open(context.Background(), sqlite.Options{Dir: dir})
	if err != nil {
		return err
	}
	defer func() { _ = store.Close() }()
	ca, err := LoadOrCreateCA(dir, time.Now())
	if err != nil {
		return err
	}
	// On a busy machine the senders must not time out.
	r, err := New(store, Config{Listen: "127.0.0.1:0", CA: ca, ReadTimeout: crowdTimeout})
	if err != nil {
		return err
	}
	if err := r.Listen(); err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- r.Serve(ctx) }()
	err = address{URL: r.URL(), CA: string(ca.PEM())}.announce()
	cancel()
	return errors.Join(err, <-done)
}

// A server is a process that runs this binary in a role.
type server struct {
	address
	process *exec.Cmd

	stop func() time.Duration // stops it and returns the processor time that it used
}

func startServer(t testing.TB, role, dir string) server {
	t.Helper()
	cmd, stdin, stdout := storetest.StartChild(t, roleVariable+"="+role, dirVariable+"="+dir)
	s := server{process: cmd, stop: sync.OnceValue(func() time.Duration {
		_ = stdin.Close()
		if err := cmd.Wait(); err != nil {
			t.Errorf("%s: %v", role, err)
		}
		return cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
	})}
	t.Cleanup(func() { s.stop() })
	if err := json.NewDecoder(stdout).Decode(&s.address); err != nil {
		t.Fatal(err)
	}
	return s
}

// A load sends requests over connections that are kept alive.
type load struct {
	to          address
	connections int
	request     []byte
	body        int // where the body begins within request
	n           atomic.Int64
}

func newLoad(t testing.TB, to address, w *storage.Webhook, authorization string) *load {
	body := event(t, w, storage.StatusSent)
	lines := []string{"Content-Type: application/json", fmt.Sprintf("Content-Length: %d", len(body))}
	if authorization != "" {
		lines = append(lines, "Authorization: "+authorization)
	}
	start := head(w, "HTTP/1.1", lines...) + "\r\n"
	return &load{to: to, connections: 128, request: append([]byte(start), body...), body: len(start)}
}

// run sends requests for a time and returns how many were answered with 204 per second.
func (l *load) run(t testing.TB, during time.Duration) float64 {
	t.Helper()
	config := &tls.Config{InsecureSkipVerify: l.to.CA == ""} // the bare endpoint has the certificate of httptest
	if l.to.CA != "" {
		config.RootCAs = x509.NewCertPool()
		config.RootCAs.AppendCertsFromPEM([]byte(l.to.CA))
	}
	var all sync.WaitGroup
	start := make(chan struct{})
	var end time.Time
	before := l.n.Load()
	for i := range l.connections {
		conn, err := tls.Dial("tcp", l.to.URL[len("https://"):], config)
		if err != nil {
			t.Fatal(err)
		}
		all.Go(func() {
			defer func() { _ = conn.Close() }()
			<-start
			if err := l.repeat(conn, i, end); err != nil {
				t.Error(err)
			}
		})
	}
	began := time.Now()
	end = began.Add(during)
	close(start)
	all.Wait()
	return float64(l.n.Load()-before) / time.Since(began).Seconds()
}

func (l *load) repeat(conn io.ReadWriter, number int, end time.Time) error {
	request := bytes.Clone(l.request)
	id := request[l.body+len(`{"requestId":"`):][:32] // another message each time
	from := bufio.NewReader(conn)
	for n := 0; time.Now().Before(end); n++ {
		copy(id, fmt.Sprintf("%08d%024d", number, l.n.Load()<<20+int64(n)))
		if _, err := conn.Write(request); err != nil {
			return err
		}
		response, err := http.ReadResponse(from, nil)
		if err != nil {
			return err
		}
		if response.StatusCode != http.StatusNoContent {
			text, _ := io.ReadAll(response.Body)
			return fmt.Errorf("got %s %s", response.Status, text)
		}
		l.n.Add(1)
	}
	return nil
}

// BenchmarkThroughput measures how many events per second are judged and durably stored, and the ratio
// of that to what a minimal net/http handler answers.
func BenchmarkThroughput(b *testing.B) {
	dir := b.TempDir()
	store, err := sqlite.Open(b.Context(), sqlite.Options{Dir: dir})
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = store.Close() }()
	w := storage.NewWebhook()
	w.Name, w.Channels = "acme", storage.Channels()
	withJWT(&w)
	if err := store.CreateWebhook(b.Context(), &w); err != nil {
		b.Fatal(err)
	}
	bare, ours := startServer(b, "bare", dir), startServer(b, "receiver", dir)
	g := &rig{t: b, Receiver: &Receiver{url: ours.URL}}
	authorization := g.authorization(&w)
	loads := []*load{newLoad(b, bare.address, &w, authorization), newLoad(b, ours.address, &w, authorization)}
	const slice = 2 * time.Second
	for _, l := range loads {
		l.run(b, slice/4) // warm up
	}
	var sum [2]float64
	for b.Loop() {
		for i, l := range loads {
			sum[i] += l.run(b, slice)
		}
	}
	b.ReportMetric(sum[0]/float64(b.N), "bare/s")
	b.ReportMetric(sum[1]/float64(b.N), "receipts/s")
	b.ReportMetric(sum[1]/sum[0], "ratio")
	for i, s := range []server{bare, ours} {
		per := float64(s.stop().Microseconds()) / float64(loads[i].n.Load())
		b.ReportMetric(per, []string{"bare-cpu-µs", "receipt-cpu-µs"}[i])
	}
	b.StopTimer()
	counts, err := store.Counts(b.Context())
	if err != nil || counts.Receipts != loads[1].n.Load() {
		b.Errorf("got %d receipts, %v; %d requests were acknowledged", counts.Receipts, err, loads[1].n.Load())
	}
}

// BenchmarkJudge measures judging alone, without the network and the store.
func BenchmarkJudge(b *testing.B) {
	body := sample(b)
	b.Run("inspect", func(b *testing.B) {
		for b.Loop() {
			jsontext.Inspect(body, jsontext.BodyWording(), len(body) <= intake.Small)
		}
	})
	b.Run("schema", func(b *testing.B) {
		rules := newSchemas()
		for b.Loop() {
			rules.judge(storage.Classic, intake.Body{Bytes: body}, nil)
		}
	})
}
