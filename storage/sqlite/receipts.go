package sqlite

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"backchannel/storage"
)

// earlierShown is how many of a message's first, and of its last, receipts are looked at.
// A message has a handful, unless a sender repeats itself without end.
const earlierShown = 16

// AddReceipt keeps a receipt and fills in its ID. Within the transaction judge is told the
// earlier receipts of the same webhook, requestId and identity, oldest first, and may change
// the verdicts by them; it must be quick, and may be called more than once.
func (s *Store) AddReceipt(ctx context.Context, r *storage.Receipt, judge func(earlier []storage.Earlier)) error {
	err := s.write(ctx, storage.ChangedReceipts, func(t *tx) error {
		earlier, err := t.earlier(r)
		if err != nil {
			return err
		}
		judge(earlier)
		if r.ID, err = t.newID(); err != nil {
			return err
		}
		if err := t.insertReceipt(s, r); err != nil {
			return err
		}
		return t.insertForward(r.ID, r.Forward)
	})
	if err != nil {
		return fmt.Errorf("keep receipt: %w", err)
	}
	return nil
}

func (t *tx) earlier(r *storage.Receipt) ([]storage.Earlier, error) {
	if r.RequestID == "" {
		return nil, nil
	}
	const same = `SELECT id, received_at, status, retry_count, code FROM receipts
		WHERE request_id = ? AND identity = ? AND webhook_id = ? AND request_id <> '' ORDER BY id`
	key := []any{r.RequestID, r.Identity, r.WebhookID}
	oldest, err := collect(t.ctx(), t.conn, scanEarlier, same+` LIMIT ?`, append(key, earlierShown)...)
	if err != nil || len(oldest) < earlierShown {
		return oldest, err
	}
	newest, err := collect(t.ctx(), t.conn, scanEarlier, same+` DESC LIMIT ?`, append(key, earlierShown)...)
	slices.Reverse(newest)
	seen := func(e storage.Earlier) bool { return e.ID <= oldest[len(oldest)-1].ID }
	return append(oldest, slices.DeleteFunc(newest, seen)...), err
}

func scanEarlier(read scan) (e storage.Earlier, err error) {
	var received moment
	err = read(&e.ID, &received, &e.Status, &e.RetryCount, &e.Code)
	e.ReceivedAt = received.Time
	return e, err
}

func (t *tx) insertReceipt(s *Store, r *storage.Receipt) error {
	facet, err := t.facet(facetOf(r))
	if err != nil {
		return err
	}
	headers, secrets := packHeaders(r.Headers...)
	verdicts, checks, err := packVerdicts(r.Verdicts)
	if err != nil {
		return err
	}
	var delivery any
	if r.DeliveryID != 0 {
		delivery = r.DeliveryID
	}
	size := len(headers) + len(secrets) + len(checks) + len(r.Body)
	t.countReceipt(1, int64(size))
	_, err = t.exec(`INSERT INTO receipts (id, facet_id, received_at, webhook_id, method, path, proto, tls_version, remote, sha256, flaw,
			request_id, channel, status, identity, retry_count, delivery_id, attempt, code, outcome, duration, verdicts, size, pinned, note)
		VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)`,
		r.ID, facet, micros(r.ReceivedAt), r.WebhookID, r.Method, r.Path, r.Proto, r.TLSVersion, r.Remote, r.SHA256, r.Flaw,
		r.RequestID, r.Channel, r.Status, r.Identity, r.RetryCount, delivery, r.Attempt, r.Code, r.Outcome, int64(r.Duration),
		verdicts, size, r.Pinned, r.Note)
	if err != nil {
		return err
	}
	body := r.Body
	if body == nil {
		body = []byte{} // not NULL
	}
	_, err = t.exec(`INSERT INTO receipt_contents VALUES (?,?,?,?,?)`, r.ID, headers,
		s.seals.seal(secrets, receiptSecrets(r.ID)), checks, body)
	return err
}

func receiptSecrets(id storage.ID) place { return place{"receipt_contents", "secrets", id} }

// packVerdicts writes verdicts, and apart from them their checks, which lists leave out.
func packVerdicts(v storage.Verdicts) (verdicts, checks string, err error) {
	byName := map[string][]storage.Check{}
	for name, verdict := range verdictsByName(&v) {
		if len(verdict.Checks) > 0 {
			byName[name] = verdict.Checks
		}
		verdict.Checks = nil
	}
	short, err := json.Marshal(v)
	if err != nil {
		return "", "", err
	}
	long, err := json.Marshal(byName)
	return string(short), string(long), err
}

func unpackVerdicts(verdicts, checks string, v *storage.Verdicts) error {
	if err := json.Unmarshal([]byte(verdicts), v); err != nil {
		return err
	}
	if checks == "" {
		return nil
	}
	var byName map[string][]storage.Check
	if err := json.Unmarshal([]byte(checks), &byName); err != nil {
		return err
	}
	for name, verdict := range verdictsByName(v) {
		verdict.Checks = byName[name]
	}
	return nil
}

func verdictsByName(v *storage.Verdicts) map[string]*storage.Verdict {
	return map[string]*storage.Verdict{
		"auth": &v.Auth, "schema": &v.Schema, "target": &v.Target, "headers": &v.Headers, "duplicate": &v.Duplicate, "order": &v.Order,
	}
}

// FinishReceipt keeps what became of a receipt's answer, and how long that took.
func (s *Store) FinishReceipt(ctx context.Context, id storage.ID, outcome storage.AnswerOutcome, duration time.Duration) error {
	return s.changeReceipt(ctx, "finish", id, `UPDATE receipts SET outcome = ?, duration = ? WHERE id = ?`, outcome, int64(duration), id)
}

// PinReceipt keeps a receipt from being removed, or no longer does.
func (s *Store) PinReceipt(ctx context.Context, id storage.ID, pinned bool) error {
	return s.changeReceipt(ctx, "pin", id, `UPDATE receipts SET pinned = ? WHERE id = ?`, pinned, id)
}

// NoteReceipt writes a note on a receipt, in place of the one it has.
func (s *Store) NoteReceipt(ctx context.Context, id storage.ID, text string) error {
	return s.changeReceipt(ctx, "note", id, `UPDATE receipts SET note = ? WHERE id = ?`, text, id)
}

func (s *Store) changeReceipt(ctx context.Context, doing string, id storage.ID, statement string, args ...any) error {
	err := s.write(ctx, storage.ChangedReceipts, func(t *tx) error { return t.must(statement, args...) })
	if err != nil {
		return fmt.Errorf("%s receipt %s: %w", doing, id, err)
	}
	return nil
}

// ClearReceipts removes all receipts that are not pinned.
func (s *Store) ClearReceipts(ctx context.Context) (int64, error) {
	n, err := s.removeAll(ctx, func(t *tx) (int64, error) {
		return t.deleteReceipts(`pinned = 0`, retentionBatch)
	})
	if err == nil {
		err = s.AddActivity(ctx, storage.Activity{Kind: storage.ActivityReceipts, Text: fmt.Sprintf("%d receipts cleared%s, those pinned stay", n, s.by)})
	}
	if err != nil {
		return n, fmt.Errorf("clear receipts: %w", err)
	}
	return n, nil
}
