package sqlite

import (
	"database/sql/driver"

	"backchannel/storage"
)

// counterDeltas holds the changes of a transaction to the stored counters, which make
// counting unnecessary when the numbers are read.
type counterDeltas struct {
	deliveries map[counterKey]int64
	receipts   int64
	bytes      int64 // of receipts' contents
}

// A counterKey identifies the counter of a webhook's deliveries in one state.
type counterKey struct {
	webhook storage.ID
	state   storage.State
}

func (t *counterDeltas) countDeliveries(webhook storage.ID, state storage.State, n int64) {
	if t.deliveries == nil {
		t.deliveries = map[counterKey]int64{}
	}
	t.deliveries[counterKey{webhook, state}] += n
}

func (t *counterDeltas) countReceipt(n, size int64) {
	t.receipts += n
	t.bytes += n * size
}

// saveDeltas updates the stored counters and the last ID.
func (t *tx) saveDeltas() error {
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

// A deliveryState is a delivery's webhook and stored state.
type deliveryState struct {
	webhook storage.ID
	state   storage.State
}

func (t *tx) deliveryState(delivery storage.ID) (deliveryState, error) {
	var row [2]driver.Value
	found, err := t.step(row[:], `SELECT webhook_id, state FROM deliveries WHERE id = ?`, int64(delivery))
	if err == nil && !found {
		err = storage.ErrNotFound
	}
	if err != nil {
		return deliveryState{}, err
	}
	return deliveryState{webhook: storage.ID(integer(row[0])), state: storage.State(text(row[1]))}, nil
}

// countMove counts n deliveries of a webhook that change from one state to another.
func (t *tx) countMove(webhook storage.ID, from, to storage.State, n int64) {
	t.countDeliveries(webhook, from, -n)
	t.countDeliveries(webhook, to, n)
}
