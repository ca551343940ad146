package sqlite

import (
	"database/sql/driver"

	"backchannel/storage"
)

// A tally is what a transaction changes about the numbers that are kept, so that nothing
// needs to be counted when they are asked for.
type tally struct {
	deliveries map[counted]int64
	receipts   int64
	bytes      int64 // of receipts' contents
}

// Counted are the deliveries of a webhook that are in one state.
type counted struct {
	webhook storage.ID
	state   storage.State
}

func (t *tally) countDeliveries(webhook storage.ID, state storage.State, n int64) {
	if t.deliveries == nil {
		t.deliveries = map[counted]int64{}
	}
	t.deliveries[counted{webhook, state}] += n
}

func (t *tally) countReceipt(n, size int64) {
	t.receipts += n
	t.bytes += n * size
}

// saveTally keeps the numbers, and the last ID allotted.
func (t *tx) saveTally() error {
	for of, n := range t.deliveries {
		if n == 0 {
			continue
		}
		_, err := t.step(nil, `INSERT INTO delivery_counts VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET n = n + excluded.n`,
			int64(of.webhook), string(of.state), n)
		if err != nil {
			return err
		}
	}
	if t.last == 0 && t.receipts == 0 && t.bytes == 0 {
		return nil
	}
	_, err := t.step(nil, `UPDATE store SET last_id = max(last_id, ?), receipts = receipts + ?, receipt_bytes = receipt_bytes + ?`,
		int64(t.last), t.receipts, t.bytes)
	return err
}

// A standing is where a delivery stands, as it is kept.
type standing struct {
	webhook storage.ID
	state   storage.State
}

func (t *tx) standing(delivery storage.ID) (standing, error) {
	var row [2]driver.Value
	found, err := t.step(row[:], `SELECT webhook_id, state FROM deliveries WHERE id = ?`, int64(delivery))
	if err == nil && !found {
		err = storage.ErrNotFound
	}
	if err != nil {
		return standing{}, err
	}
	return standing{webhook: storage.ID(integer(row[0])), state: storage.State(text(row[1]))}, nil
}

// moved counts deliveries of a webhook from one state to another.
func (t *tx) moved(webhook storage.ID, from, to storage.State, n int64) {
	t.countDeliveries(webhook, from, -n)
	t.countDeliveries(webhook, to, n)
}
