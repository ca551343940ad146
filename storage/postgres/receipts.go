package postgres

import (
	"backchannel/storage"
	"backchannel/storage/column"
	"backchannel/storage/records"
	"backchannel/storage/seal"
)

func (t *tx) AddReceipt(r *storage.Receipt, facet int64, p records.PackedReceipt) error {
	var message any // of one with a requestId
	if r.RequestID != "" {
		message = column.KeyOf(r)
	}
	t.send(`INSERT INTO receipts (id, facet_id, received_at, webhook_id, method, path, proto, tls_version, remote, sha256, flaw,
			request_id, channel, status, identity, retry_count, delivery_id, attempt, code, verdicts, size, pinned, note,
			campaign_uuid, execution_id, message, headers, secrets, checks, body)
		VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)`,
		r.ID, facet, r.ReceivedAt, r.WebhookID, r.Method, p.Path, r.Proto, r.TLSVersion, r.Remote, r.SHA256, r.Flaw,
		r.RequestID, r.Channel, r.Status, r.Identity, r.RetryCount, unlessZero(r.DeliveryID), r.Attempt, r.Code,
		p.Verdicts, p.Size, r.Pinned, r.Note, r.CampaignUUID, r.ExecutionID, message,
		p.Headers, p.Secrets, p.Checks, notNil(r.Body))
	return nil
}

// earlierLimit is how many of the first and of the last receipts of a message are returned to
// judge. A message has a handful, unless a sender repeats itself without end.
const earlierLimit = 16

// Earlier returns the first and the last receipts of the message that a receipt is about.
func (t *tx) Earlier(r *storage.Receipt) ([]storage.Earlier, error) {
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

func (t *tx) EndAnswer(end storage.AnswerEnd) error {
	t.send(`INSERT INTO answers SELECT id, ?, ? FROM receipts WHERE id = ? FOR SHARE
		ON CONFLICT (receipt_id) DO UPDATE SET outcome = excluded.outcome, duration = excluded.duration`,
		end.Outcome, int64(end.Duration), end.ReceiptID)
	return nil
}
