package postgres

import (
	"context"
	"fmt"

	"backchannel/storage"
	"backchannel/storage/column"
	"backchannel/storage/records"
	"backchannel/storage/seal"
)

// A ReceiptStore stores receipts and the outcomes of relaying them.
type ReceiptStore struct {
	records.ReceiptStore
	*database
}

// AddReceipt stores a receipt and sets its ID. Within the transaction it calls judge with
// the earlier receipts of the same webhook, requestId and identity, oldest first. judge may
// change the receipt's verdicts. It must be quick and may be called more than once.
func (s *ReceiptStore) AddReceipt(ctx context.Context, r *storage.Receipt, judge func(earlier []storage.Earlier)) error {
	judge(nil)
	first := packReceipt(r)
	err := s.write(ctx, storage.ChangedReceipts, func(t *tx) error { return s.add(t, r, first, judge) })
	if err != nil {
		return fmt.Errorf("store receipt: %w", err)
	}
	return nil
}

// add stores a receipt. p is the receipt packed as the first one of its message, as
// most are: packing takes time, and is done before the transaction in the caller's
// goroutine so that other writes do not wait for it.
func (s *ReceiptStore) add(t *tx, r *storage.Receipt, p packed, judge func([]storage.Earlier)) error {
	earlier, err := t.earlier(r)
	if err != nil {
		return err
	}
	if judge(earlier); len(earlier) > 0 {
		p = packReceipt(r)
	}
	if r.ID, err = t.NewID(); err != nil {
		return err
	}
	facet, err := t.facetID(column.FacetOf(r))
	if err != nil {
		return err
	}
	s.insert(t, r, facet, p)
	s.insertForward(t, r.ID, r.Forward)
	return nil
}

// packed holds the columns of a receipt that have to be encoded.
type packed struct {
	path             string // with its secrets masked
	headers, secrets []byte
	verdicts, checks string
}

// packReceipt packs a receipt. A path can contain a token, so its secrets are sealed with those
// of the headers.
func packReceipt(r *storage.Receipt) (p packed) {
	p.headers, p.secrets = column.PackHeaders(r.Headers...)
	if p.path = storage.WithoutTokens(r.Path); p.path != r.Path {
		p.secrets = column.AppendText(p.secrets, r.Path) // after those of the headers
	}
	p.verdicts, p.checks = column.PackVerdicts(r.Verdicts)
	return p
}

// insert stores a receipt that has an ID.
func (s *ReceiptStore) insert(t *tx, r *storage.Receipt, facet int64, p packed) {
	// The size counts what retention frees by removing the receipt.
	size := int64(len(p.headers) + len(p.secrets) + len(p.checks) + len(r.Body))
	t.receipts.add(1, size)
	var message any // of one with a requestId
	if r.RequestID != "" {
		message = column.KeyOf(r)
	}
	t.send(`INSERT INTO receipts (id, facet_id, received_at, webhook_id, method, path, proto, tls_version, remote, sha256, flaw,
			request_id, channel, status, identity, retry_count, delivery_id, attempt, code, verdicts, size, pinned, note,
			campaign_uuid, execution_id, message, headers, secrets, checks, body)
		VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)`,
		r.ID, facet, r.ReceivedAt, r.WebhookID, r.Method, p.path, r.Proto, r.TLSVersion, r.Remote, r.SHA256, r.Flaw,
		r.RequestID, r.Channel, r.Status, r.Identity, r.RetryCount, unlessZero(r.DeliveryID), r.Attempt, r.Code,
		p.verdicts, size, r.Pinned, r.Note, r.CampaignUUID, r.ExecutionID, message,
		p.headers, s.seals.Seal(p.secrets, receiptSecrets(r.ID)), p.checks, notNil(r.Body))
}

// earlierLimit is how many of the first and of the last receipts of a message are returned to
// judge. A message has a handful, unless a sender repeats itself without end.
const earlierLimit = 16

// earlier returns the first and the last receipts of the message that a receipt is about.
func (t *tx) earlier(r *storage.Receipt) ([]storage.Earlier, error) {
	if r.RequestID == "" {
		return nil, nil
	}
	const same = `SELECT id, received_at, status, retry_count, code FROM receipts WHERE message = ?1 AND request_id = ?2 AND identity = ?3 AND webhook_id = ?4 ORDER BY id`
	return records.Collect(t.Context(), t, scanEarlier, `(`+same+` LIMIT ?5) UNION (`+same+` DESC LIMIT ?5) ORDER BY id`,
		column.KeyOf(r), r.RequestID, r.Identity, r.WebhookID, earlierLimit)
}

func scanEarlier(read scan) (e storage.Earlier, err error) {
	var received timestamp
	err = read(&e.ID, &received, &e.Status, &e.RetryCount, &e.Code)
	e.ReceivedAt = received.Time
	return e, err
}

func receiptSecrets(id storage.ID) seal.Place {
	return seal.At("receipts", "secrets", id)
}

// FinishReceipts stores the outcomes of answers, which are known later than the receipts. It
// skips receipts that have been removed.
func (s *ReceiptStore) FinishReceipts(ctx context.Context, ends ...storage.AnswerEnd) error {
	err := s.writeLoose(ctx, storage.ChangedReceipts, func(t *tx) error {
		for _, end := range ends {
			t.send(`INSERT INTO answers SELECT id, ?, ? FROM receipts WHERE id = ? FOR SHARE
				ON CONFLICT (receipt_id) DO UPDATE SET outcome = excluded.outcome, duration = excluded.duration`,
				end.Outcome, int64(end.Duration), end.ReceiptID)
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("finish %d receipts: %w", len(ends), err)
	}
	return nil
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
	err := s.writeLoose(ctx, storage.ChangedReceipts, func(t *tx) error { return t.must(statement, args...) })
	if err != nil {
		return fmt.Errorf("%s receipt %s: %w", doing, id, err)
	}
	return nil
}

// ClearReceipts removes all receipts that are not pinned, and returns how many. It adds the
// activity in the end, when that number is known.
func (s *ReceiptStore) ClearReceipts(ctx context.Context) (int64, error) {
	n, err := s.removeAll(ctx, func(t *tx) (int64, error) {
		return deleteReceipts(t, `NOT pinned`, retentionBatch)
	})
	if err == nil {
		err = s.write(ctx, storage.ChangedActivity, func(t *tx) error {
			return records.AddActivity(t, storage.Activity{Kind: storage.ActivityReceipts, Text: fmt.Sprintf("%d receipts cleared%s, those pinned stay", n, s.by)})
		})
	}
	if err != nil {
		return n, fmt.Errorf("clear receipts: %w", err)
	}
	return n, nil
}
