package postgres

import (
	"context"
	"fmt"
	"time"

	"backchannel/storage"
	"backchannel/storage/records"
)

// retentionBatch is how many records one transaction removes. It is small, so that other
// writes do not wait long: a delivery's commit waits for the one before it.
const retentionBatch = 200

// Maintenance removes old records.
type Maintenance struct{ *database }

// ApplyRetention removes the records beyond any of the limits, oldest first, and returns how many
// it removed. Pinned receipts and deliveries that are not final are kept.
func (s *Maintenance) ApplyRetention(ctx context.Context, keep storage.Retention) (removed int64, err error) {
	now := s.now()
	for _, remove := range []func(*tx) (int64, error){
		func(t *tx) (int64, error) { return removeReceipts(t, keep, now) },
		func(t *tx) (int64, error) { return t.deliveries.remove(now.Add(-keep.DeliveryAge), retentionBatch) },
		func(t *tx) (int64, error) { return removeActivities(t, keep.Activities) },
		func(t *tx) (int64, error) { return removeExecutions(t, keep.Executions, now.Add(-keep.ExecutionAge)) },
		removeLeftovers,
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
func (d *database) removeAll(ctx context.Context, remove func(*tx) (int64, error)) (removed int64, err error) {
	for {
		var n int64
		err := d.write(ctx, 0, func(t *tx) (err error) {
			if n, err = remove(t); n > 0 {
				t.kinds |= storage.ChangedReceipts | storage.ChangedDeliveries | storage.ChangedActivity | storage.ChangedExecutions
			}
			return err
		})
		removed += n
		if err != nil || n == 0 {
			return removed, err
		}
	}
}

// removeReceipts removes a batch of receipts beyond the limits. If they take too much space, it
// estimates how many to remove by their mean size, and at least one, until they fit.
func removeReceipts(t *tx, keep storage.Retention, now time.Time) (int64, error) {
	total, err := records.First(t.Context(), t, scanTotal, `SELECT coalesce(sum(n), 0)::bigint, coalesce(sum(bytes), 0)::bigint FROM receipt_counts`)
	if err != nil {
		return 0, err
	}
	surplus := min(total.n-int64(keep.Receipts), int64(retentionBatch))
	if total.bytes > keep.ReceiptBytes {
		surplus = max(surplus, 1+(total.bytes-keep.ReceiptBytes)*min(total.n, retentionBatch)/max(total.bytes, 1))
	}
	if surplus > 0 {
		n, err := deleteReceipts(t, `NOT pinned`, surplus)
		if err != nil || n > 0 {
			return n, err
		}
	}
	// An ID is at least the time of arrival. The condition on it ends the search at the first later
	// receipt; without it, all of them would be read.
	before := now.Add(-keep.ReceiptAge)
	return deleteReceipts(t, `NOT pinned AND id < ? AND received_at < ?`, retentionBatch, before.UnixMicro(), before)
}

// deleteReceipts deletes the oldest receipts that match a condition.
func deleteReceipts(t *tx, where string, limit int64, args ...any) (int64, error) {
	deleted, err := records.Collect(t.Context(), t, records.One[int64], `DELETE FROM receipts WHERE id IN (SELECT id FROM receipts WHERE `+where+` ORDER BY id LIMIT ?)
		RETURNING size`, append(args, limit)...)
	if err != nil {
		return 0, err
	}
	for _, size := range deleted {
		t.receipts.add(-1, size)
	}
	return int64(len(deleted)), nil
}

// A receiptTotal is the stored number of receipts, and the size of their contents.
type receiptTotal struct{ n, bytes int64 }

// add adds n receipts of a size.
func (t *receiptTotal) add(n, size int64) {
	t.n += n
	t.bytes += n * size
}

// save adds the change to the stored total.
func (t *receiptTotal) save(in *tx) {
	if *t != (receiptTotal{}) {
		in.send(`INSERT INTO receipt_counts AS c VALUES (?, ?, ?) ON CONFLICT (slot) DO UPDATE SET n = c.n + excluded.n, bytes = c.bytes + excluded.bytes`,
			in.slot, t.n, t.bytes)
	}
}

func scanTotal(read scan) (total receiptTotal, err error) {
	err = read(&total.n, &total.bytes)
	return total, err
}

func removeActivities(t *tx, keep int) (int64, error) {
	return t.Exec(`DELETE FROM activities WHERE id IN (
		SELECT id FROM activities WHERE id <= (SELECT id FROM activities ORDER BY id DESC LIMIT 1 OFFSET ?) ORDER BY id LIMIT ?)`,
		keep, retentionBatch)
}

// removeExecutions removes the oldest calls with their messages. Events of these messages that are
// still planned are delivered nevertheless.
func removeExecutions(t *tx, keep int, before time.Time) (int64, error) {
	return t.Exec(`DELETE FROM executions WHERE id IN (SELECT id FROM executions WHERE id < ? AND received_at < ? OR
		id <= (SELECT id FROM executions ORDER BY id DESC LIMIT 1 OFFSET ?) ORDER BY id LIMIT ?)`,
		before.UnixMicro(), before, keep, retentionBatch/10) // each has up to 20 messages
}

// removeLeftovers removes commands old enough that every node has carried them out, the rows of
// processes that were killed, and tallies of attempts older than any that is shown.
func removeLeftovers(t *tx) (int64, error) {
	t.send(`DELETE FROM attempt_tallies WHERE period < ?`, storage.FirstTallyPeriod(t.now))
	t.send(`DELETE FROM commands WHERE id < ?`, t.now.Add(-time.Hour).UnixMicro())
	t.send(`DELETE FROM writers WHERE seen < now() - interval '1 day'`)
	t.send(`DELETE FROM nodes WHERE heard_at < now() - interval '1 day'`)
	return 0, nil
}
