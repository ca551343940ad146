package receiver

import (
	"net/http"
	"strconv"
	"sync"
	"time"

	"backchannel/storage"
)

// counters holds the state of response profiles between requests. A webhook's counter starts again
// whenever its profile is set.
type counters struct {
	random func() float64

	mu       sync.Mutex // guards webhooks and its values
	webhooks map[storage.ID]*counter
}

// A counter belongs to one generation of a profile, which changes whenever the profile is set.
type counter struct {
	generation int64
	turn       int    // index of the next status
	failures   recent // attempts of each delivery
}

// newCounters returns empty counters. random returns numbers in [0, 1).
func newCounters(random func() float64) *counters {
	return &counters{random: random, webhooks: map[storage.ID]*counter{}}
}

// apply changes the answer that the verdicts call for into that of the profile. The profile's
// statuses in turn apply only to requests that its failures leave over.
func (c *counters) apply(to *endpoint, r *storage.Receipt, a answer) answer {
	p := to.profile
	a.delay, a.drip, a.fault = p.Delay, p.DripPerSec, p.Fault
	if status := c.status(to, r); status != 0 {
		a = answer{status: status, delay: a.delay, drip: a.drip, fault: a.fault}
	}
	if p.Body != "" {
		a.body, a.problem = p.Body, nil
		if a.status == http.StatusNoContent && len(p.Statuses) == 0 {
			a.status = http.StatusOK // unlike 204, it may have a body
		}
	}
	a.headers = append(a.headers, p.Headers...)
	if p.RetryAfter > 0 && (a.status == http.StatusTooManyRequests || a.status == http.StatusServiceUnavailable) {
		a.headers = append(a.headers, storage.HeaderField{Name: "Retry-After", Value: strconv.Itoa(int(p.RetryAfter / time.Second))})
	}
	return a
}

// status returns the status that the profile sets regardless of the verdicts, or 0.
func (c *counters) status(to *endpoint, r *storage.Receipt) int {
	p := to.profile
	if len(p.Statuses) == 0 && p.FailPct == 0 && p.FailFirst == 0 {
		return 0
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	n := c.webhooks[to.webhook.ID]
	if n == nil || n.generation != p.Generation {
		n = &counter{generation: p.Generation}
		c.webhooks[to.webhook.ID] = n
	}
	switch {
	case p.FailFirst > 0 && n.failures.count(attemptKey(r)) <= p.FailFirst:
		return http.StatusServiceUnavailable
	case p.FailPct > 0 && c.random()*100 < p.FailPct:
		return http.StatusServiceUnavailable
	case len(p.Statuses) > 0:
		status := p.Statuses[n.turn%len(p.Statuses)]
		n.turn++
		return status
	}
	return 0
}

// attemptKey returns what the attempts of one delivery have in common: the delivery's ID,
// or for other senders the digest of the body.
func attemptKey(r *storage.Receipt) string {
	if r.DeliveryID != 0 {
		return r.DeliveryID.String()
	}
	return r.SHA256
}

// maxRecent bounds how many keys recent remembers: at least this many, at most twice as
// many.
const maxRecent = 1 << 15

// recent counts keys, and forgets those that have not been counted lately.
type recent struct{ young, old map[string]int }

// count counts a key and returns how often it has been counted.
func (r *recent) count(key string) int {
	n, found := r.young[key]
	if !found {
		n = r.old[key]
		if r.young == nil || len(r.young) >= maxRecent {
			r.young, r.old = map[string]int{}, r.young
		}
	}
	r.young[key] = n + 1
	return n + 1
}
