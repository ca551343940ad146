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
	latencyDigits  = 2
)

// stats counts outcomes since the engine was made, attempts over the last 10 seconds and
// latencies over the last minute.
type stats struct {
	now func() time.Time

	mu                          sync.Mutex // guards what follows
	delivered, failed, attempts int64
	second                      int64 // that the last attempt fell into
	perSecond                   [rateSeconds]int64
	latencies                   *hdrhistogram.WindowedHistogram // in microseconds
	rotated                     time.Time
}

func newStats(now func() time.Time) *stats {
	return &stats{
		now: now, second: now().Unix(), rotated: now(),
		latencies: hdrhistogram.NewWindowed(latencyWindows, 1, maxLatency.Microseconds(), latencyDigits),
	}
}

// count counts the end of an attempt and, when that was the last one, the latency.
func (s *stats) count(state storage.State, latency time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.advance()
	s.attempts++
	s.perSecond[s.second%rateSeconds]++
	switch state {
	case storage.StateDelivered:
		s.delivered++
		_ = s.latencies.Current.RecordValue(min(max(latency, time.Microsecond), maxLatency).Microseconds())
	case storage.Failed:
		s.failed++
	}
}

// advance forgets what is too old.
func (s *stats) advance() {
	now := s.now()
	for range min(max(now.Unix()-s.second, 0), rateSeconds) {
		s.second++
		s.perSecond[s.second%rateSeconds] = 0
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
	to.Delivered, to.Failed, to.Attempts = s.delivered, s.failed, s.attempts
	recent := int64(0)
	for _, n := range s.perSecond {
		recent += n
	}
	to.PerSecond = float64(recent) / rateSeconds
	all := s.latencies.Merge()
	quantile := func(percent float64) time.Duration {
		return time.Duration(all.ValueAtQuantile(percent)) * time.Microsecond
	}
	to.P50, to.P95, to.P99 = quantile(50), quantile(95), quantile(99)
}
