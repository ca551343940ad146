package postgres

import (
	"context"
	"fmt"
	"time"

	"backchannel/storage"
	"backchannel/storage/records"
)

// AttemptTallies counts the attempts of a webhook by outcome class and duration, within the window
// of storage.FirstTallyPeriod that ends at until. It reads stored counters, so it takes no longer
// with a million attempts.
func (s *DeliveryStore) AttemptTallies(ctx context.Context, webhook storage.ID, until time.Time) (storage.AttemptTallies, error) {
	all, err := records.Collect(ctx, s.reads, scanTally, `SELECT period, class, took, sum(n)::bigint FROM attempt_tallies
		WHERE webhook_id = ? AND period >= ? GROUP BY period, class, took`, webhook, storage.FirstTallyPeriod(until))
	if err != nil {
		return nil, fmt.Errorf("count attempts: %w", err)
	}
	return all, nil
}

func scanTally(read scan) (t storage.AttemptTally, err error) {
	err = read(&t.Period, &t.Class, (*int64)(&t.Took), &t.N)
	return t, err
}
