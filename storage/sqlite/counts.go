package sqlite

import (
	"context"
	"database/sql/driver"
	"fmt"
	"time"

	"backchannel/storage"
	"backchannel/storage/records"
)

// Counts returns the number of deliveries in each state as shown, and the numbers of
// receipts and executions. Deliveries and receipts have stored counters, so it takes no longer with a million records.
func (s *DeliveryStore) Counts(ctx context.Context) (storage.Counts, error) {
	counts := storage.Counts{Deliveries: map[storage.State]int64{}}
	states, err := collect(ctx, s.reads, scanStateCount, `
		SELECT iif(c.state IN ('queued', 'retrying') AND (w.state = 'paused' OR b.open_until IS NOT NULL), 'parked', c.state), sum(c.n)
		FROM delivery_counts c
		LEFT JOIN webhooks w ON w.id = c.webhook_id
		LEFT JOIN breakers b ON b.webhook_id = c.webhook_id
		GROUP BY 1`)
	if err != nil {
		return counts, fmt.Errorf("count deliveries: %w", err)
	}
	for _, c := range states {
		counts.Deliveries[c.state] = c.n
	}
	counts.Receipts, err = first(ctx, s.reads, records.One[int64], `SELECT receipts FROM store`)
	if err != nil {
		return counts, fmt.Errorf("count receipts: %w", err)
	}
	counts.Executions, err = first(ctx, s.reads, records.One[int64], `SELECT count(*) FROM executions`)
	if err != nil {
		return counts, fmt.Errorf("count executions: %w", err)
	}
	return counts, nil
}

// A stateCount is the number of deliveries in a state.
type stateCount struct {
	state storage.State
	n     int64
}

func scanStateCount(read scan) (c stateCount, err error) {
	err = read(&c.state, &c.n)
	return c, err
}

// AttemptTallies returns how many attempts of a webhook ended how, and after how long, within the
// window that ends at a time. It reads stored counters, so it takes no longer with a million
// attempts.
func (s *DeliveryStore) AttemptTallies(ctx context.Context, webhook storage.ID, until time.Time) (storage.AttemptTallies, error) {
	all, err := collectRaw(ctx, s.reads, readTally, `SELECT period, class, took, n FROM attempt_tallies WHERE webhook_id = ? AND period >= ?`,
		int64(webhook), storage.FirstTallyPeriod(until))
	if err != nil {
		return nil, fmt.Errorf("count attempts: %w", err)
	}
	return all, nil
}

func readTally(row []driver.Value) storage.AttemptTally {
	return storage.AttemptTally{
		Period: integer(row[0]), Class: storage.AnswerClass(text(row[1])), Took: time.Duration(integer(row[2])), N: integer(row[3]),
	}
}
