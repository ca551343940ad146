package executions

import (
	"sync"
	"time"
)

// The calls per second that an organization may make.
const (
	unitaryRate        = 500
	highThroughputRate = 5000
)

// rates limits the calls of each organization: never more than the rate within any second.
type rates struct {
	mu    sync.Mutex // guards the fields below
	calls map[rateKey]*recent
}

// A rateKey identifies calls that share a limit.
type rateKey struct {
	organization   string
	highThroughput bool
}

func newRates() *rates { return &rates{calls: map[rateKey]*recent{}} }

// allow reports whether a call may be made now, and counts it if so.
func (r *rates) allow(organization string, highThroughput bool, now time.Time) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	key, rate := rateKey{organization, highThroughput}, unitaryRate
	if highThroughput {
		rate = highThroughputRate
	}
	if r.calls[key] == nil {
		r.calls[key] = &recent{}
	}
	return r.calls[key].allow(now, rate)
}

// A recent holds, in a ring, the times of the last calls that were allowed, as many as the rate
// allows per second. A token bucket would allow nearly twice the rate within some seconds.
type recent struct {
	at     []time.Time
	oldest int
}

// allow reports whether the oldest of the last calls was at least a second ago, and if so, puts
// this call in its place.
func (r *recent) allow(now time.Time, most int) bool {
	if len(r.at) < most {
		r.at = append(r.at, now)
		return true
	}
	if now.Sub(r.at[r.oldest]) < time.Second {
		return false
	}
	r.at[r.oldest] = now
	r.oldest = (r.oldest + 1) % most
	return true
}
