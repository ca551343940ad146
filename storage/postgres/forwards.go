package postgres

import (
	"context"
	"fmt"

	"backchannel/storage"
	"backchannel/storage/records"
)

// insertForward stores the outcome of relaying a receipt, unless the receiver relays nothing.
func (*ReceiptStore) insertForward(t *tx, receipt storage.ID, f storage.Forward) {
	if f.State == "" {
		return
	}
	t.send(`INSERT INTO forwards VALUES (?,?,?,?,?,?,?,?,?,?,?)`, receipt, f.URL, f.State, f.Code, int64(f.Duration), f.Error, f.Body,
		f.Flaw, f.Type, f.Encoding, t.node)
}

// FinishForward stores the outcome of relaying a receipt that was waiting for it. The answer's
// body counts towards the receipt's size, since it is removed with the receipt.
func (s *ReceiptStore) FinishForward(ctx context.Context, receipt storage.ID, f storage.Forward) error {
	err := s.writeLoose(ctx, storage.ChangedReceipts, func(t *tx) error {
		err := t.must(`UPDATE forwards SET state = ?, code = ?, duration = ?, error = ?, response_body = ?,
			response_flaw = ?, response_type = ?, response_encoding = ? WHERE receipt_id = ? AND state = 'waiting'`,
			f.State, f.Code, int64(f.Duration), f.Error, f.Body, f.Flaw, f.Type, f.Encoding, receipt)
		if err != nil || len(f.Body) == 0 {
			return err
		}
		t.receipts.bytes += int64(len(f.Body))
		return t.must(`UPDATE receipts SET size = size + ? WHERE id = ?`, len(f.Body), receipt)
	})
	if err != nil {
		return fmt.Errorf("store the answer to the relayed receipt %s: %w", receipt, err)
	}
	return nil
}

// DropForwards marks as dropped the receipts that this process or a dead one had yet to relay, and
// returns how many there were. It reads first, so that a start without any needs no commit.
func (s *ReceiptStore) DropForwards(ctx context.Context, why string) (dropped int64, err error) {
	waiting, err := records.Collect(ctx, s.reads, records.One[int64], `SELECT receipt_id FROM forwards WHERE state = 'waiting' LIMIT 1`)
	if err == nil && len(waiting) > 0 {
		err = s.writeLoose(ctx, storage.ChangedReceipts, func(t *tx) (err error) {
			dropped, err = t.dropForwards(t.node, why)
			return err
		})
	}
	if err != nil {
		return 0, fmt.Errorf("drop receipts waiting to be relayed: %w", err)
	}
	return dropped, nil
}

func (t *tx) dropForwards(node int64, why string) (dropped int64, err error) {
	return t.Exec(`UPDATE forwards SET state = 'dropped', error = ? WHERE state = 'waiting'`+abandoned(node), why)
}
