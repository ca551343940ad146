package records

import (
	"context"
	"fmt"

	"backchannel/storage"
	"backchannel/storage/column"
)

// retentionBatch is how many records one transaction removes. It is small, so that other
// writes do not wait long: a delivery's commit waits for the one before it.
const retentionBatch = 200

// Maintenance keeps the database small.
type Maintenance struct{ db *Database }

// NewMaintenance returns the maintenance of a database.
func NewMaintenance(db *Database) Maintenance { return Maintenance{db} }

// ApplyRetention removes the records beyond any limit, oldest first, and returns how many it
// removed. Pinned receipts and deliveries that are not final stay.
func (s *Maintenance) ApplyRetention(ctx context.Context, keep storage.Retention) (removed int64, err error) {
	for _, remove := range []func(Tx) (int64, error){
		func(t Tx) (int64, error) { return s.removeReceipts(t, keep) },
		func(t Tx) (int64, error) {
			return t.Deliveries().Remove(t.Stamp().Add(-keep.DeliveryAge), retentionBatch)
		},
		func(t Tx) (int64, error) { return removeActivities(t, keep.Activities) },
		func(t Tx) (int64, error) { return removeExecutions(t, keep) },
		func(t Tx) (int64, error) { return 0, removeLeftovers(t) },
	} {
		n, err := s.removeAll(ctx, remove)
		removed += n
		if err != nil {
			return removed, fmt.Errorf("apply retention: %w", err)
		}
	}
	return removed, nil
}

// removeAll calls remove in one transaction after another until it removes nothing. Only
// those that removed something notify subscribers, because retention runs often and mostly
// finds nothing to remove.
func (s *Maintenance) removeAll(ctx context.Context, remove func(Tx) (int64, error)) (removed int64, err error) {
	for {
		var n int64
		err := s.db.Write(ctx, 0, func(t Tx) (err error) {
			if n, err = remove(t); n > 0 {
				t.base().Kinds |= storage.ChangedReceipts | storage.ChangedDeliveries | storage.ChangedActivity | storage.ChangedExecutions
			}
			return err
		})
		removed += n
		if err != nil || n == 0 {
			return removed, err
		}
	}
}

// A receiptTotal is the stored number of receipts, and the size of their contents.
type receiptTotal struct{ n, bytes int64 }

func scanTotal(read Scan) (total receiptTotal, err error) {
	err = read(&total.n, &total.bytes)
	return total, err
}

// removeReceipts removes a batch of receipts beyond the limits. If they take too much space, it
// estimates how many to remove by their mean size, and at least one, until they fit.
func (s *Maintenance) removeReceipts(t Tx, keep storage.Retention) (int64, error) {
	total, err := First(t.Context(), t, scanTotal, s.db.Dialect.Received)
	if err != nil {
		return 0, err
	}
	surplus := min(total.n-int64(keep.Receipts), int64(retentionBatch))
	if total.bytes > keep.ReceiptBytes {
		surplus = max(surplus, 1+(total.bytes-keep.ReceiptBytes)*min(total.n, retentionBatch)/max(total.bytes, 1))
	}
	if surplus > 0 {
		n, err := removeUnpinned(t, ``, surplus)
		if err != nil || n > 0 {
			return n, err
		}
	}
	// An ID is at least the time of arrival. The condition on it ends the search at the first later
	// receipt; without it, all of them would be read.
	before := t.Stamp().Add(-keep.ReceiptAge)
	return removeUnpinned(t, ` AND id < ? AND received_at < ?`, retentionBatch, before.UnixMicro(), column.At(before))
}

// removeUnpinned removes the oldest receipts that are not pinned and match a condition.
func removeUnpinned(t Tx, and string, limit int64, args ...any) (int64, error) {
	removed, err := Collect(t.Context(), t, scanRemoved, `DELETE FROM receipts WHERE id IN (SELECT id FROM receipts WHERE NOT pinned`+and+` ORDER BY id LIMIT ?)
		RETURNING id, size, request_id, identity, webhook_id`, append(args, limit)...)
	if err != nil {
		return 0, err
	}
	for _, r := range removed {
		t.base().countReceipts(-1, -r.size)
		if err := t.ForgetReceipt(&r.Receipt); err != nil {
			return 0, err
		}
	}
	return int64(len(removed)), nil
}

// A removedReceipt holds the columns of a receipt that counters and indexes need.
type removedReceipt struct {
	storage.Receipt
	size int64
}

func scanRemoved(read Scan) (r removedReceipt, err error) {
	err = read(&r.ID, &r.size, &r.RequestID, &r.Identity, &r.WebhookID)
	return r, err
}

func removeActivities(t Tx, keep int) (int64, error) {
	return t.Exec(`DELETE FROM activities WHERE id IN (
		SELECT id FROM activities WHERE id <= (SELECT id FROM activities ORDER BY id DESC LIMIT 1 OFFSET ?) ORDER BY id LIMIT ?)`,
		keep, retentionBatch)
}

// removeExecutions removes the oldest calls with their messages. Events of these messages are
// still delivered.
func removeExecutions(t Tx, keep storage.Retention) (int64, error) {
	before := t.Stamp().Add(-keep.ExecutionAge)
	return t.Exec(`DELETE FROM executions WHERE id IN (SELECT id FROM executions WHERE id < ? AND received_at < ? OR
		id <= (SELECT id FROM executions ORDER BY id DESC LIMIT 1 OFFSET ?) ORDER BY id LIMIT ?)`,
		before.UnixMicro(), column.At(before), keep.Executions, retentionBatch/10) // each has up to 20 messages
}

// removeLeftovers removes the tallies of attempts that are too old to be read, and what is left of
// dead processes.
func removeLeftovers(t Tx) error {
	if err := t.Send(`DELETE FROM attempt_tallies WHERE period < ?`, storage.FirstTallyPeriod(t.Stamp())); err != nil {
		return err
	}
	return t.RemoveLeftovers()
}

// ClearReceipts removes all receipts that are not pinned, and returns how many. It adds the
// activity at the end, when that number is known.
func (s *Maintenance) ClearReceipts(ctx context.Context) (int64, error) {
	n, err := s.removeAll(ctx, func(t Tx) (int64, error) { return removeUnpinned(t, ``, retentionBatch) })
	if err == nil {
		err = s.db.Write(ctx, storage.ChangedActivity, func(t Tx) error {
			return AddActivity(t, storage.Activity{Kind: storage.ActivityReceipts, Text: fmt.Sprintf("%d receipts cleared%s; pinned ones are kept", n, s.db.By)})
		})
	}
	return n, Wrap(err, "clear receipts")
}
