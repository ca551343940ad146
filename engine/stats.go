package engine

import (
	"sync"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"

	"backchannel/storage"
)

const (
	rateSeconds    = 10
	latencyWindows = 6
	latencyWindow  = 10 * time.Second
	maxLatency     = 24 * time.Hour
	latencyDigits  = 2 // significant digits; a percentile is not read more exactly
)

// stats counts outcomes since the engine was created and over the last 10 seconds, and
// measures latencies over the last minute.
type stats struct {
	now func() time.Time

	mu        sync.Mutex // guards the fields below
	total     outcomes
	second    int64 // of the last outcome, in Unix time
	perSecond [rateSeconds]outcomes
	latencies *hdrhistogram.WindowedHistogram // in microseconds
	rotated   time.Time
}

// outcomes counts attempts, and the deliveries that ended with them.
type outcomes struct{ delivered, failed, attempts int64 }

func (o *outcomes) add(more outcomes) {
	o.delivered += more.delivered
	o.failed += more.failed
	o.attempts += more.attempts
}

func newStats(now func() time.Time) *stats {
	return &stats{
		now: now, second: now().Unix(), rotated: now(),
		latencies: hdrhistogram.NewWindowed(latencyWindows, 1, maxLatency.Microseconds(), latencyDigits),
	}
}

// count counts the outcome of an attempt and, if it delivered the event, the latency.
func (s *stats) count(state storage.State, latency time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.advance()
	one := outcomes{attempts: 1}
	switch state {
	case storage.StateDelivered:
		one.delivered = 1
		_ = s.latencies.Current.RecordValue(min(max(latency, time.Microsecond), maxLatency).Microseconds())
	case storage.Failed:
		one.failed = 1
	}
	s.total.add(one)
	s.perSecond[s.second%rateSeconds].add(one)
}

// advance removes what is too old. It is called by each method, so that no goroutine has to run
// for it while the engine is idle.
func (s *stats) advance() {
	now := s.now()
	for range min(max(now.Unix()-s.second, 0), rateSeconds) {
		s.second++
		s.perSecond[s.second%rateSeconds] = outcomes{}
	}
	s.second = now.Unix()
	for range min(now.Sub(s.rotated)/latencyWindow, latencyWindows) {
		s.latencies.Rotate()
		s.rotated = now
	}
}

// fill writes the counts into a snapshot.
func (s *stats) fill(to *storage.Snapshot) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.advance()
	to.Delivered, to.Failed, to.Attempts = s.total.delivered, s.total.failed, s.total.attempts
	var recent outcomes
	for _, o := range s.perSecond {
		recent.add(o)
	}
	to.PerSecond = float64(recent.attempts) / rateSeconds
	to.DeliveredPerSecond, to.FailedPerSecond = float64(recent.delivered)/rateSeconds, float64(recent.failed)/rateSeconds
	all := s.latencies.Merge()
	quantile := func(percent float64) time.Duration {
		return time.Duration(all.ValueAtQuantile(percent)) * time.Microsecond
	}
	to.P50, to.P95, to.P99 = quantile(50), quantile(95), quantile(99)
}
