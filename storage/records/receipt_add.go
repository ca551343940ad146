package records

import (
	"context"
	"fmt"

	"backchannel/storage"
	"backchannel/storage/column"
)

// AddReceipt stores a receipt and sets its ID. Within the transaction it calls judge with
// the earlier receipts of the same webhook, requestId and identity, oldest first. judge may
// change the receipt's verdicts. It must be quick and may be called more than once.
func (s *ReceiptStore) AddReceipt(ctx context.Context, r *storage.Receipt, judge func(earlier []storage.Earlier)) error {
	judge(nil)
	first := packReceipt(r)
	err := s.db.Write(ctx, storage.ChangedReceipts, func(t Tx) error { return s.add(t, r, first, judge) })
	return Wrap(err, "store receipt")
}

// add stores a receipt. p is the receipt packed as the first one of its message, as
// most are: packing takes time, and is done before the transaction in the caller's
// goroutine so that other writes do not wait for it.
func (s *ReceiptStore) add(t Tx, r *storage.Receipt, p PackedReceipt, judge func([]storage.Earlier)) error {
	earlier, err := t.Earlier(r)
	if err != nil {
		return err
	}
	if judge(earlier); len(earlier) > 0 {
		p = packReceipt(r)
	}
	if r.ID, err = t.NewID(); err != nil {
		return err
	}
	return s.insert(t, r, p)
}

// insert stores a receipt that has an ID, with what became of relaying it.
func (s *ReceiptStore) insert(t Tx, r *storage.Receipt, p PackedReceipt) error {
	p.Secrets = s.db.Seals.Seal(p.Secrets, s.db.Dialect.ReceiptContents.Secrets(r.ID))
	facet, err := t.base().Facets.id(t, column.FacetOf(r))
	if err != nil {
		return err
	}
	t.base().countReceipts(1, p.Size)
	if err := t.AddReceipt(r, facet, p); err != nil || r.Forward.State == "" {
		return err
	}
	f := r.Forward
	columns := []any{r.ID, f.URL, f.State, f.Code, int64(f.Duration), f.Error, f.Body, f.Flaw, f.Type, f.Encoding}
	if s.db.Node != 0 {
		columns = append(columns, s.db.Node)
	}
	return insert(t, `forwards`, columns)
}

// A PackedReceipt holds the columns of a receipt that have to be encoded.
type PackedReceipt struct {
	Path             string // with its secrets masked
	Headers, Secrets []byte // the latter are sealed when the receipt has an ID
	Verdicts, Checks string
	// Size is the number of bytes that retention frees by removing the receipt. It is stored,
	// because adding up the sizes of 100,000 contents at each check would read all of them.
	Size int64
}

// packReceipt packs a receipt. A path can contain a token, so its secrets are sealed with those
// of the headers.
func packReceipt(r *storage.Receipt) (p PackedReceipt) {
	p.Headers, p.Secrets = column.PackHeaders(r.Headers...)
	if p.Path = storage.WithoutTokens(r.Path); p.Path != r.Path {
		p.Secrets = column.AppendText(p.Secrets, r.Path) // after those of the headers
	}
	p.Verdicts, p.Checks = column.PackVerdicts(r.Verdicts)
	p.Size = int64(len(p.Headers) + len(p.Secrets) + len(p.Checks) + len(r.Body))
	return p
}

// FinishReceipts stores the outcomes of answers, which are known later than the receipts. They
// have a table of their own: hundreds of rows fit on a page, whereas updating receipts would
// write each one's page again. It skips receipts that have been removed.
func (s *ReceiptStore) FinishReceipts(ctx context.Context, ends ...storage.AnswerEnd) error {
	err := s.db.WriteLoose(ctx, storage.ChangedReceipts, func(t Tx) error {
		for _, end := range ends {
			if err := t.EndAnswer(end); err != nil {
				return err
			}
		}
		return nil
	})
	return Wrap(err, "finish %d receipts", len(ends))
}

// PinReceipt pins a receipt, which keeps it from being removed, or unpins it.
func (s *ReceiptStore) PinReceipt(ctx context.Context, id storage.ID, pinned bool) error {
	return s.change(ctx, "pin", id, `UPDATE receipts SET pinned = ? WHERE id = ?`, pinned, id)
}

// NoteReceipt sets the note of a receipt.
func (s *ReceiptStore) NoteReceipt(ctx context.Context, id storage.ID, text string) error {
	return s.change(ctx, "note", id, `UPDATE receipts SET note = ? WHERE id = ?`, text, id)
}

func (s *ReceiptStore) change(ctx context.Context, doing string, id storage.ID, statement string, args ...any) error {
	err := s.db.WriteLoose(ctx, storage.ChangedReceipts, func(t Tx) error { return must(t, statement, args...) })
	return Wrap(err, "%s receipt %s", doing, id)
}

// FinishForward stores the outcome of relaying a receipt that was waiting for it. The answer's
// body counts towards the receipt's size, since it is removed with the receipt.
func (s *ReceiptStore) FinishForward(ctx context.Context, receipt storage.ID, f storage.Forward) error {
	err := s.db.WriteLoose(ctx, storage.ChangedReceipts, func(t Tx) error {
		err := must(t, `UPDATE forwards SET state = ?, code = ?, duration = ?, error = ?, response_body = ?,
			response_flaw = ?, response_type = ?, response_encoding = ? WHERE receipt_id = ? AND state = 'waiting'`,
			f.State, f.Code, int64(f.Duration), f.Error, f.Body, f.Flaw, f.Type, f.Encoding, receipt)
		if err != nil {
			return err
		}
		return grow(t, receipt, len(f.Body))
	})
	return Wrap(err, "store the answer to the relayed receipt %s", receipt)
}

// grow adds to a receipt's size.
func grow(t Tx, receipt storage.ID, bytes int) error {
	if bytes == 0 {
		return nil
	}
	t.base().countReceipts(0, int64(bytes))
	return must(t, `UPDATE receipts SET size = size + ? WHERE id = ?`, bytes, receipt)
}

// DropForwards marks as dropped the receipts that this process or a dead one had yet to relay, and
// returns how many there were. It reads first, so that a start without any needs no commit.
func (s *ReceiptStore) DropForwards(ctx context.Context, why string) (dropped int64, err error) {
	waiting, err := Collect(ctx, s.db.Reads, One[int64], `SELECT receipt_id FROM forwards WHERE state = 'waiting' LIMIT 1`)
	if err == nil && len(waiting) > 0 {
		err = s.db.WriteLoose(ctx, storage.ChangedReceipts, func(t Tx) (err error) {
			dropped, err = DropForwards(t, s.db.Abandoned, why)
			return err
		})
	}
	if err != nil {
		return 0, fmt.Errorf("drop receipts waiting to be relayed: %w", err)
	}
	return dropped, nil
}

// DropForwards marks as dropped the receipts that wait to be relayed and are abandoned.
func DropForwards(t Tx, abandoned, why string) (dropped int64, err error) {
	return t.Exec(`UPDATE forwards SET state = 'dropped', error = ? WHERE state = 'waiting'`+abandoned, why)
}
