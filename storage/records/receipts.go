package records

import (
	"context"

	"backchannel/storage"
	"backchannel/storage/column"
)

// A ReceiptStore reads receipts. The stores add writing them.
type ReceiptStore struct{ db *Database }

// NewReceiptStore returns the receipts in a database.
func NewReceiptStore(db *Database) ReceiptStore { return ReceiptStore{db} }

// ReceiptColumns are the columns that lists of receipts (r) show.
const ReceiptColumns = `r.id, r.received_at, r.webhook_id, coalesce(n.name, ''), r.method, r.path, r.proto, r.tls_version, r.remote, r.sha256, r.flaw,
	r.request_id, r.channel, r.status, r.identity, r.retry_count, coalesce(r.delivery_id, 0), r.attempt, r.code, coalesce(a.outcome, ''), coalesce(a.duration, 0),
	r.verdicts, r.pinned, r.note, r.campaign_uuid, r.execution_id, coalesce(g.name, '')`

const (
	// JoinReceipts joins the other tables that ReceiptColumns reads.
	JoinReceipts = ` LEFT JOIN webhook_names n ON n.webhook_id = r.webhook_id LEFT JOIN answers a ON a.receipt_id = r.id
	LEFT JOIN campaigns g ON g.uuid = r.campaign_uuid`
	fromReceipts = ` FROM receipts r` + JoinReceipts
)

// lightReceipt returns the scan destinations for ReceiptColumns.
func lightReceipt(r *storage.Receipt, received *column.Timestamp, verdicts *string) []any {
	return []any{
		&r.ID, received, &r.WebhookID, &r.Webhook, &r.Method, &r.Path, &r.Proto, &r.TLSVersion, &r.Remote, &r.SHA256, &r.Flaw,
		&r.RequestID, &r.Channel, &r.Status, &r.Identity, &r.RetryCount, &r.DeliveryID, &r.Attempt, &r.Code, &r.Outcome, (*int64)(&r.Duration),
		verdicts, &r.Pinned, &r.Note, &r.CampaignUUID, &r.ExecutionID, &r.Campaign,
	}
}

func scanReceipt(read Scan) (r storage.Receipt, err error) {
	var received column.Timestamp
	var verdicts string
	if err := read(lightReceipt(&r, &received, &verdicts)...); err != nil {
		return r, err
	}
	r.ReceivedAt = received.Time
	r.Path = storage.WithoutTokens(r.Path) // an older version stored it unmasked
	return r, column.UnpackVerdicts(verdicts, "", &r.Verdicts)
}

// scanWhole scans a receipt with its content. If the path contains secrets, the unmasked path
// follows the secrets of the headers.
func (s *ReceiptStore) scanWhole(read Scan) (r storage.Receipt, err error) {
	var received column.Timestamp
	var verdicts, checks string
	var headers, sealed []byte
	into := append(lightReceipt(&r, &received, &verdicts), &headers, &sealed, &checks, &r.Body)
	into = append(into, forwardInto(&r.Forward)...)
	if err := read(into...); err != nil {
		return r, err
	}
	r.ReceivedAt = received.Time
	if err := column.UnpackVerdicts(verdicts, checks, &r.Verdicts); err != nil {
		return r, err
	}
	secrets, err := s.db.Seals.Open(sealed, s.db.Dialect.ReceiptContents.Secrets(r.ID))
	if err != nil {
		return r, err
	}
	var old bool
	if r.Headers, secrets, old, err = column.UnpackForeign(headers, secrets); err == nil && len(secrets) > 0 {
		r.Path, _, err = column.CutText(secrets)
	}
	if old && len(r.Forward.Body) > 0 {
		f := &r.Forward
		f.Body = storage.MaskBody(storage.NewMask(column.SecretValues(r.Headers)...), f.Header(), f.Body, f.Flaw != "")
	}
	return r, err
}

// Receipt finds a receipt by its ID, including its content.
func (s *ReceiptStore) Receipt(ctx context.Context, id storage.ID) (storage.Receipt, error) {
	contents := s.db.Dialect.ReceiptContents
	r, err := First(ctx, s.db.Reads, s.scanWhole, `SELECT `+ReceiptColumns+contents.columns(`headers`, `secrets`, `checks`, `body`)+`, `+forwardColumns+
		fromReceipts+contents.Join+` LEFT JOIN forwards w ON w.receipt_id = r.id WHERE r.id = ?`, id)
	return r, Wrap(err, "find receipt %s", id)
}

// ReceiptsOfDelivery lists the receipts of one of our own deliveries, oldest first and
// without their content.
func (s *ReceiptStore) ReceiptsOfDelivery(ctx context.Context, delivery storage.ID) ([]storage.Receipt, error) {
	all, err := Collect(ctx, s.db.Reads, scanReceipt, `SELECT `+ReceiptColumns+fromReceipts+` WHERE r.delivery_id = ? ORDER BY r.id`, delivery)
	return all, Wrap(err, "list receipts of delivery %s", delivery)
}

// CountReceipts counts the receipts that Receipts would list.
func (s *ReceiptStore) CountReceipts(ctx context.Context, q storage.ReceiptQuery) (int64, error) {
	query, args := s.db.Dialect.ReceiptPage(q)
	n, err := First(ctx, s.db.Reads, One[int64], `SELECT count(*) FROM (`+query+`) listed`, args...)
	return n, Wrap(err, "count receipts")
}

// Receipts lists receipts without their content: Body, Headers and the verdicts' Checks
// are empty, and the secrets in Path are masked.
func (s *ReceiptStore) Receipts(ctx context.Context, q storage.ReceiptQuery) ([]storage.Receipt, error) {
	query, args := s.db.Dialect.ReceiptPage(q)
	all, err := Collect(ctx, s.db.Reads, scanReceipt, query, args...)
	return all, Wrap(err, "list receipts")
}

// forwardColumns are NULL for the receipts that were not relayed, which are most.
const forwardColumns = `coalesce(w.url, ''), coalesce(w.state, ''), coalesce(w.code, 0), coalesce(w.duration, 0), coalesce(w.error, ''), w.response_body,
	coalesce(w.response_flaw, ''), coalesce(w.response_type, ''), coalesce(w.response_encoding, '')`

// forwardInto returns the scan destinations for forwardColumns.
func forwardInto(f *storage.Forward) []any {
	return []any{&f.URL, &f.State, &f.Code, (*int64)(&f.Duration), &f.Error, &f.Body, &f.Flaw, &f.Type, &f.Encoding}
}
