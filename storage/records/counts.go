package records

import (
	"context"
	"fmt"
	"time"

	"backchannel/storage"
)

// Counts returns the number of deliveries in each shown state, and the numbers of receipts and
// executions. Deliveries and receipts have stored counters, so it takes no longer with a million
// records.
func (s *DeliveryStore) Counts(ctx context.Context) (storage.Counts, error) {
	counts := storage.Counts{Deliveries: map[storage.State]int64{}}
	states, err := Collect(ctx, s.db.Reads, scanCount[storage.State], `
		SELECT CASE WHEN c.state IN ('queued', 'retrying') AND (w.state = 'paused' OR b.open_until IS NOT NULL) THEN 'parked' ELSE c.state END,
			CAST(sum(c.n) AS bigint)
		FROM delivery_counts c
		LEFT JOIN webhooks w ON w.id = c.webhook_id
		LEFT JOIN breakers b ON b.webhook_id = c.webhook_id
		GROUP BY 1`)
	if err != nil {
		return counts, fmt.Errorf("count deliveries: %w", err)
	}
	for _, c := range states {
		counts.Deliveries[c.of] = c.n
	}
	total, err := First(ctx, s.db.Reads, scanTotal, s.db.Dialect.Received)
	if counts.Receipts = total.n; err != nil {
		return counts, fmt.Errorf("count receipts: %w", err)
	}
	if counts.Executions, err = First(ctx, s.db.Reads, One[int64], `SELECT count(*) FROM executions`); err != nil {
		return counts, fmt.Errorf("count executions: %w", err)
	}
	return counts, nil
}

// AttemptTallies counts the attempts of a webhook by outcome class and duration, within the window
// of storage.FirstTallyPeriod that ends at until. It reads stored counters, so it takes no longer
// with a million attempts.
func (s *DeliveryStore) AttemptTallies(ctx context.Context, webhook storage.ID, until time.Time) (storage.AttemptTallies, error) {
	all, err := Collect(ctx, s.db.Reads, scanTally, `SELECT period, class, took, CAST(sum(n) AS bigint) FROM attempt_tallies
		WHERE webhook_id = ? AND period >= ? GROUP BY period, class, took`, webhook, storage.FirstTallyPeriod(until))
	return all, Wrap(err, "count attempts")
}

func scanTally(read Scan) (t storage.AttemptTally, err error) {
	err = read(&t.Period, &t.Class, (*int64)(&t.Took), &t.N)
	return t, err
}
