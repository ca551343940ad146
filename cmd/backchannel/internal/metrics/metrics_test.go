package metrics

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil/promlint"

	"backchannel/storage"
)

type fakeStore struct {
	alive bool
	err   error
	nodes []storage.Node
}

func (f fakeStore) Nodes(context.Context) ([]storage.Node, error) { return f.nodes, nil }

func (f fakeStore) Runtime(context.Context) (storage.Runtime, bool, error) {
	return storage.Runtime{
		StartedAt: time.Unix(1000, 0), ReceiverURL: "https://127.0.0.1:9443", Refused: 7,
		Snapshot: storage.Snapshot{InFlight: 2, Delivered: 30, Failed: 4, Attempts: 40, PerSecond: 1.5, DeliveredPerSecond: 1.25, FailedPerSecond: 0.25, P50: time.Millisecond, P95: 20 * time.Millisecond, P99: time.Second},
	}, f.alive, f.err
}

func (f fakeStore) Counts(context.Context) (storage.Counts, error) {
	return storage.Counts{Deliveries: map[storage.State]int64{storage.Retrying: 5}, Receipts: 6}, nil
}

func (f fakeStore) CallCounts(context.Context, time.Time) (storage.CallCounts, error) {
	return storage.CallCounts{Codes: map[int]int64{202: 8, 400: 1}, Planned: 16}, nil
}

func (f fakeStore) Breakers(context.Context) ([]storage.Breaker, error) {
	return []storage.Breaker{{WebhookID: 1, OpenUntil: time.Unix(1, 0)}, {WebhookID: 2, Failures: 3}}, nil
}

// scrape requests the metrics, and returns the status code and the body of the answer.
func scrape(t *testing.T, store Store) (int, string) {
	t.Helper()
	w := httptest.NewRecorder()
	handler(store, "v1").ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
	text, err := io.ReadAll(w.Result().Body)
	if err != nil {
		t.Fatal(err)
	}
	return w.Code, string(text)
}

func TestMetrics(t *testing.T) {
	t.Parallel()
	_, text := scrape(t, fakeStore{alive: true})
	for _, line := range []string{
		`backchannel_info{version="v1"} 1`, `backchannel_leader 1`, `backchannel_receiver_up 1`,
		`backchannel_deliveries{state="retrying"} 5`, `backchannel_deliveries{state="parked"} 0`, `backchannel_receipts 6`,
		`backchannel_executions{code="202"} 8`, `backchannel_executions{code="400"} 1`, `backchannel_planned_events 16`,
		`backchannel_breakers_open 1`, `backchannel_attempts_total 40`, `backchannel_delivered_total 30`, `backchannel_failed_total 4`,
		`backchannel_refused_requests_total 7`, `backchannel_in_flight 2`, `backchannel_attempts_per_second 1.5`, `backchannel_delivered_per_second 1.25`, `backchannel_failed_per_second 0.25`,
		`backchannel_delivery_latency_seconds{percentile="50"} 0.001`, `backchannel_delivery_latency_seconds{percentile="95"} 0.02`,
		`backchannel_delivery_latency_seconds{percentile="99"} 1`, `backchannel_start_time_seconds 1000`,
	} {
		if !strings.Contains(text, "\n"+line+"\n") {
			t.Errorf("want the line %s; got\n%s", line, text)
		}
	}
	for line := range strings.Lines(text) {
		if !strings.HasPrefix(line, "#") && !strings.HasPrefix(line, "backchannel_") {
			t.Errorf("got a metric without the prefix backchannel_: %s", line)
		}
	}
}

// Two of three nodes on one database are alive.
func TestNodesAreReported(t *testing.T) {
	t.Parallel()
	node := func(name string, attempts int64) storage.Node {
		return storage.Node{Alive: true, HeartbeatAt: time.Unix(1, 0), Runtime: storage.Runtime{Name: name, PID: 7, Snapshot: storage.Snapshot{Attempts: attempts}}}
	}
	dead := node("c", 9)
	dead.Alive = false
	_, text := scrape(t, fakeStore{alive: true, nodes: []storage.Node{node("a", 1), node("b", 2), dead}})
	for _, line := range []string{
		`backchannel_leader 1`, `backchannel_attempts_total{node="a/7"} 1`, `backchannel_attempts_total{node="b/7"} 2`, `backchannel_receipts 6`,
		`backchannel_delivery_latency_seconds{node="b/7",percentile="99"} 0`,
	} {
		if !strings.Contains(text, "\n"+line+"\n") {
			t.Errorf("want the line %s; got\n%s", line, text)
		}
	}
	if strings.Contains(text, "c/7") {
		t.Errorf("a dead node is reported:\n%s", text)
	}
}

func TestNoProcessDelivers(t *testing.T) {
	t.Parallel()
	_, text := scrape(t, fakeStore{})
	if !strings.Contains(text, "backchannel_leader 0\n") || strings.Contains(text, "attempts_total") {
		t.Errorf("got\n%s\nwant backchannel_leader 0 and no metrics of a leader", text)
	}
}

func TestStoreErrorIsReported(t *testing.T) {
	t.Parallel()
	code, text := scrape(t, fakeStore{alive: true, err: errors.New("the disk is gone")})
	if code != http.StatusInternalServerError || !strings.Contains(text, "the disk is gone") {
		t.Errorf("got status %d and %q, want %d and the error", code, text, http.StatusInternalServerError)
	}
}

// The names and units are those that Prometheus recommends.
func TestConventions(t *testing.T) {
	t.Parallel()
	registry := prometheus.NewRegistry()
	registry.MustRegister(&collector{ctx: t.Context(), store: fakeStore{alive: true}, version: "v1"})
	families, err := registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	problems, err := promlint.NewWithMetricFamilies(families).Lint()
	if err != nil || len(problems) > 0 {
		t.Errorf("got problems %v and error %v, want none", problems, err)
	}
}

func TestLoopbackOnly(t *testing.T) {
	t.Parallel()
	for _, address := range []string{"127.0.0.1:0", "localhost:9", "[::1]:0", "127.9.9.9:80"} {
		if _, err := loopback(address); err != nil {
			t.Errorf("loopback(%q): got error %v, want none", address, err)
		}
	}
	for _, address := range []string{"", ":0", "0.0.0.0:0", "[::]:0", "10.0.0.1:1", "example.com:80", "127.0.0.1", "127.0.0.1:-1", "127.0.0.1:65536", "[::ffff:10.0.0.1]:0"} {
		if _, err := loopback(address); !errors.Is(err, storage.ErrInvalid) {
			t.Errorf("loopback(%q): got error %v, want %v", address, err, storage.ErrInvalid)
		}
	}
}
