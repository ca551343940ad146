package executions

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"backchannel/fixtures/outcome"
	"backchannel/storage"
)

// BenchmarkCalls measures calls with 20 recipients, which plan 40 events each, and for comparison the
// enqueueing of batches of as many events.
func BenchmarkCalls(b *testing.B) {
	const callers = 8
	b.Run("execute", func(b *testing.B) {
		g := newWorld(b)
		// Each call is at another time, so that the rate does not limit them.
		var ticks atomic.Int64
		began := time.Now()
		g.handler = New(b.Context(), g.store, Config{Now: func() time.Time { return began.Add(time.Duration(ticks.Add(1)) * 10 * time.Millisecond) }})
		var n atomic.Int64
		b.SetParallelism(callers)
		b.RunParallel(func(pb *testing.PB) {
			for pb.Next() {
				c := g.try()
				c.body = g.payload(fmt.Sprint("r-", n.Add(1)), people(maxRecipients)...)
				req := httptest.NewRequest(c.method, c.path, strings.NewReader(c.body))
				req.Header = c.header
				w := httptest.NewRecorder()
				if g.handler.ServeHTTP(w, req); w.Code != http.StatusAccepted {
					b.Errorf("got %d %s", w.Code, w.Body)
				}
			}
		})
		b.ReportMetric(float64(b.N*2*maxRecipients)/b.Elapsed().Seconds(), "events/s")
	})
	b.Run("enqueue", func(b *testing.B) {
		g := newWorld(b)
		var to []outcome.Recipient
		for i := range maxRecipients {
			to = append(to, outcome.Recipient{UserID: fmt.Sprintf("p%d@example.com", i), Namespace: "email"})
		}
		var events []storage.Event
		for _, m := range (outcome.Planner{Campaign: *g.campaign, Webhook: g.webhook, ExecutionID: "HUMA-00000001", RequestID: "r-1"}).Plan(0, g.now, to) {
			events = append(events, m.Planned...)
		}
		b.SetParallelism(callers)
		b.RunParallel(func(pb *testing.PB) {
			own := append([]storage.Event(nil), events...)
			for pb.Next() {
				if _, err := g.store.Enqueue(b.Context(), own...); err != nil {
					b.Error(err)
				}
			}
		})
		b.ReportMetric(float64(b.N*len(events))/b.Elapsed().Seconds(), "events/s")
	})
}
