package sqlite

import (
	"context"
	"fmt"
	"time"

	"backchannel/storage"
)

// retentionBatch is how many records one transaction removes. It is small, so that other
// writes do not wait long.
const retentionBatch = 200

// Maintenance keeps the database small and checks it.
type Maintenance struct {
	*database
	now func() time.Time
}

// ApplyRetention removes what is over the limits, oldest first, and tells how many
// records went. Pinned receipts and deliveries that are not final stay.
func (s *Maintenance) ApplyRetention(ctx context.Context, keep storage.Retention) (removed int64, err error) {
	now := s.now()
	for _, remove := range []func(*tx) (int64, error){
		func(t *tx) (int64, error) { return t.removeReceipts(keep, now) },
		func(t *tx) (int64, error) { return t.removeDeliveries(now.Add(-keep.DeliveryAge)) },
		func(t *tx) (int64, error) { return t.removeActivities(keep.Activities) },
	} {
		n, err := s.removeAll(ctx, remove)
		removed += n
		if err != nil {
			return removed, fmt.Errorf("apply retention: %w", err)
		}
	}
	return removed, nil
}

// removeAll calls remove in one transaction after another until it removes nothing.
func (d *database) removeAll(ctx context.Context, remove func(*tx) (int64, error)) (removed int64, err error) {
	for {
		var n int64
		err := d.write(ctx, 0, func(t *tx) (err error) {
			if n, err = remove(t); n > 0 {
				t.kinds |= storage.ChangedReceipts | storage.ChangedDeliveries | storage.ChangedActivity
			}
			return err
		})
		removed += n
		if err != nil || n == 0 {
			return removed, err
		}
	}
}

func (t *tx) removeReceipts(keep storage.Retention, now time.Time) (int64, error) {
	total, err := first(t.ctx(), t.conn, scanTotal, `SELECT receipts, receipt_bytes FROM store`)
	if err != nil {
		return 0, err
	}
	surplus := min(total.receipts-int64(keep.Receipts), int64(retentionBatch))
	if total.bytes > keep.ReceiptBytes {
		surplus = max(surplus, 1+(total.bytes-keep.ReceiptBytes)*min(total.receipts, retentionBatch)/max(total.bytes, 1))
	}
	if surplus > 0 {
		n, err := t.deleteReceipts(`pinned = 0`, surplus)
		if err != nil || n > 0 {
			return n, err
		}
	}
	before := now.Add(-keep.ReceiptAge).UnixMicro()
	return t.deleteReceipts(`pinned = 0 AND id < ? AND received_at < ?`, retentionBatch, before, before)
}

// deleteReceipts deletes the oldest receipts that match a condition.
func (t *tx) deleteReceipts(where string, limit int64, args ...any) (int64, error) {
	gone, err := collect(t.ctx(), t.conn, scanGone, `DELETE FROM receipts WHERE id IN (SELECT id FROM receipts WHERE `+where+` ORDER BY id LIMIT ?)
		RETURNING id, size, request_id, identity, webhook_id`, append(args, limit)...)
	if err != nil {
		return 0, err
	}
	for _, r := range gone {
		t.countReceipt(-1, r.size)
		if err := t.removeMessage(&r.Receipt); err != nil {
			return 0, err
		}
	}
	return int64(len(gone)), nil
}

// A goneReceipt is a deleted receipt with the columns that counters and indexes need.
type goneReceipt struct {
	storage.Receipt
	size int64
}

func scanGone(read scan) (r goneReceipt, err error) {
	err = read(&r.ID, &r.size, &r.RequestID, &r.Identity, &r.WebhookID)
	return r, err
}

type receiptTotal struct{ receipts, bytes int64 }

func scanTotal(read scan) (total receiptTotal, err error) {
	err = read(&total.receipts, &total.bytes)
	return total, err
}

// removeDeliveries removes finished deliveries with their attempts, and events that have no
// delivery left.
func (t *tx) removeDeliveries(before time.Time) (int64, error) {
	gone, err := collect(t.ctx(), t.conn, scanRemoved, `DELETE FROM deliveries WHERE id IN (
			SELECT id FROM deliveries
			WHERE id < ?1 AND state IN ('delivered', 'failed', 'cancelled') AND coalesce(finished_at, created_at) < ?1 ORDER BY id LIMIT ?2)
		RETURNING event_id, webhook_id, state`, before.UnixMicro(), retentionBatch)
	if err != nil {
		return 0, err
	}
	for _, d := range gone {
		t.countDeliveries(d.webhook, d.state, -1)
		_, err := t.exec(`DELETE FROM events WHERE id = ?1 AND NOT EXISTS (SELECT 1 FROM deliveries WHERE event_id = ?1)`, d.event)
		if err != nil {
			return 0, err
		}
	}
	return int64(len(gone)), nil
}

type removedDelivery struct {
	event storage.ID
	deliveryState
}

func scanRemoved(read scan) (d removedDelivery, err error) {
	err = read(&d.event, &d.webhook, &d.state)
	return d, err
}

func (t *tx) removeActivities(keep int) (int64, error) {
	return t.exec(`DELETE FROM activities WHERE id IN (
		SELECT id FROM activities WHERE id <= (SELECT id FROM activities ORDER BY id DESC LIMIT 1 OFFSET ?) ORDER BY id LIMIT ?)`,
		keep, retentionBatch)
}
