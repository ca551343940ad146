package sqlite

import (
	"context"
	"fmt"
	"time"

	"backchannel/storage"
	"backchannel/storage/records"
)

// CallCounts counts the stored calls and the deliveries that are planned at a time. It reads
// every call and the index entry of every planned delivery: with 100,000 and 1,000,000 of
// them it is for whoever asks now and then, not for a screen.
func (s *ExecutionStore) CallCounts(ctx context.Context, now time.Time) (storage.CallCounts, error) {
	counts := storage.CallCounts{Codes: map[int]int64{}}
	codes, err := collect(ctx, s.reads, scanCodeCount, `SELECT code, count(*) FROM executions GROUP BY code`)
	if err != nil {
		return counts, fmt.Errorf("count executions: %w", err)
	}
	for _, c := range codes {
		counts.Codes[c.code] = c.n
	}
	// Only what is queued or retried has a next attempt. An index has the former no shorter
	// way than by taking away the latter, which are few.
	const waiting = `(SELECT count(*) FROM webhooks w JOIN deliveries d ON d.webhook_id = w.id AND d.next_attempt_at > ?1
		WHERE w.state <> 'paused' AND NOT EXISTS (SELECT 1 FROM breakers b WHERE b.webhook_id = w.id AND b.open_until IS NOT NULL)`
	counts.Planned, err = first(ctx, s.reads, records.One[int64], `SELECT `+waiting+`) - `+waiting+` AND d.state = 'retrying')`, micros(now))
	if err != nil {
		return counts, fmt.Errorf("count planned deliveries: %w", err)
	}
	return counts, nil
}

// A codeCount is the number of calls that were answered with a status code.
type codeCount struct {
	code int
	n    int64
}

func scanCodeCount(read scan) (c codeCount, err error) {
	err = read(&c.code, &c.n)
	return c, err
}
