package storage

import "time"

// NextTick returns the time until the next multiple of a period. An idle process uses it to
// run its periodic work at the same instants, because waking up costs far more than the
// work: about 0.02 % of a core at once per second.
func NextTick(period time.Duration) time.Duration {
	now := time.Now()
	return now.Truncate(period).Add(period).Sub(now)
}
