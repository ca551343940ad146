package postgres

import (
	"context"
	"fmt"

	"backchannel/storage"
	"backchannel/storage/column"
	"backchannel/storage/records"
)

// receiptColumns are the columns that lists show.
const receiptColumns = `r.id, r.received_at, r.webhook_id, coalesce(n.name, ''), r.method, r.path, r.proto, r.tls_version, r.remote, r.sha256, r.flaw,
	r.request_id, r.channel, r.status, r.identity, r.retry_count, coalesce(r.delivery_id, 0), r.attempt, r.code, coalesce(a.outcome, ''), coalesce(a.duration, 0),
	r.verdicts, r.pinned, r.note, r.campaign_uuid, r.execution_id, coalesce(g.name, '')`

const (
	joinAll = ` LEFT JOIN webhook_names n ON n.webhook_id = r.webhook_id LEFT JOIN answers a ON a.receipt_id = r.id
	LEFT JOIN campaigns g ON g.uuid = r.campaign_uuid`
	fromReceipts = ` FROM receipts r` + joinAll
)

// lightReceipt returns the scan destinations for receiptColumns.
func lightReceipt(r *storage.Receipt, received *timestamp, verdicts *string) []any {
	return []any{
		&r.ID, received, &r.WebhookID, &r.Webhook, &r.Method, &r.Path, &r.Proto, &r.TLSVersion, &r.Remote, &r.SHA256, &r.Flaw,
		&r.RequestID, &r.Channel, &r.Status, &r.Identity, &r.RetryCount, &r.DeliveryID, &r.Attempt, &r.Code, &r.Outcome, (*int64)(&r.Duration),
		verdicts, &r.Pinned, &r.Note, &r.CampaignUUID, &r.ExecutionID, &r.Campaign,
	}
}

func scanReceipt(read scan) (r storage.Receipt, err error) {
	var received timestamp
	var verdicts string
	if err := read(lightReceipt(&r, &received, &verdicts)...); err != nil {
		return r, err
	}
	r.ReceivedAt = received.Time
	return r, column.UnpackVerdicts(verdicts, "", &r.Verdicts)
}

// scanWhole scans a receipt with its content. The path with its secrets, if it has any, follows
// those of the headers.
func (s *ReceiptStore) scanWhole(read scan) (r storage.Receipt, err error) {
	var received timestamp
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
	secrets, err := s.seals.Open(sealed, receiptSecrets(r.ID))
	if err != nil {
		return r, err
	}
	if r.Headers, secrets, err = column.UnpackHeaders(headers, secrets); err == nil && len(secrets) > 0 {
		r.Path, _, err = column.CutText(secrets)
	}
	return r, err
}

// Receipt finds a receipt by its ID, including its content.
func (s *ReceiptStore) Receipt(ctx context.Context, id storage.ID) (storage.Receipt, error) {
	r, err := records.First(ctx, s.reads, s.scanWhole, `SELECT `+receiptColumns+`, r.headers, r.secrets, r.checks, r.body, `+forwardColumns+
		fromReceipts+` LEFT JOIN forwards w ON w.receipt_id = r.id WHERE r.id = ?`, id)
	if err != nil {
		return r, fmt.Errorf("find receipt %s: %w", id, err)
	}
	return r, nil
}

// ReceiptsOfDelivery lists the receipts of one of our own deliveries, oldest first and
// without their content.
func (s *ReceiptStore) ReceiptsOfDelivery(ctx context.Context, delivery storage.ID) ([]storage.Receipt, error) {
	all, err := records.Collect(ctx, s.reads, scanReceipt, `SELECT `+receiptColumns+fromReceipts+` WHERE r.delivery_id = ? ORDER BY r.id`, delivery)
	if err != nil {
		return nil, fmt.Errorf("list receipts of delivery %s: %w", delivery, err)
	}
	return all, nil
}

// CountReceipts counts the receipts that Receipts would list.
func (s *ReceiptStore) CountReceipts(ctx context.Context, q storage.ReceiptQuery) (int64, error) {
	query, args := pageQuery(q)
	n, err := records.First(ctx, s.reads, records.One[int64], `SELECT count(*) FROM (`+query+`) listed`, args...)
	if err != nil {
		return 0, fmt.Errorf("count receipts: %w", err)
	}
	return n, nil
}

// Receipts lists receipts without their content: Body, Headers and the verdicts' Checks
// are empty, and the secrets in Path are masked.
func (s *ReceiptStore) Receipts(ctx context.Context, q storage.ReceiptQuery) ([]storage.Receipt, error) {
	query, args := pageQuery(q)
	all, err := records.Collect(ctx, s.reads, scanReceipt, query, args...)
	if err != nil {
		return nil, fmt.Errorf("list receipts: %w", err)
	}
	return all, nil
}
