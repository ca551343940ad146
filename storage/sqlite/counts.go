package sqlite

import (
	"context"
	"database/sql/driver"
	"fmt"
	"time"

	"backchannel/storage"
)

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
