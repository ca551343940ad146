package sqlite

import (
	"backchannel/storage"
	"backchannel/storage/records"
	"backchannel/storage/seal"
)

// AddReceipt stores what lists show of a receipt, what they do not, and its keys.
func (t *tx) AddReceipt(r *storage.Receipt, facet int64, p records.PackedReceipt) error {
	err := t.raw.exec(`INSERT INTO receipts (id, facet_id, received_at, webhook_id, method, path, proto, tls_version, remote, sha256, flaw,
			request_id, channel, status, identity, retry_count, delivery_id, attempt, code, verdicts, size, pinned, note,
			campaign_uuid, execution_id)
		VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)`,
		int64(r.ID), facet, micros(r.ReceivedAt), int64(r.WebhookID), r.Method, p.Path, r.Proto, r.TLSVersion, r.Remote, r.SHA256, string(r.Flaw),
		r.RequestID, r.Channel, r.Status, r.Identity, r.RetryCount, unlessZero(r.DeliveryID), int64(r.Attempt), int64(r.Code),
		p.Verdicts, p.Size, r.Pinned, r.Note, r.CampaignUUID, r.ExecutionID)
	if err != nil {
		return err
	}
	body := r.Body
	if body == nil {
		body = []byte{} // not NULL
	}
	err = t.raw.exec(`INSERT INTO receipt_contents VALUES (?,?,?,?,?)`, int64(r.ID), p.Headers, p.Secrets, p.Checks, body)
	if err != nil {
		return err
	}
	return t.messages.add(r)
}

func receiptSecrets(id storage.ID) seal.Place {
	return seal.At("receipt_contents", "secrets", id)
}

func (t *tx) EndAnswer(end storage.AnswerEnd) error {
	return t.raw.exec(`INSERT OR REPLACE INTO answers SELECT id, ?, ? FROM receipts WHERE id = ?`,
		string(end.Outcome), int64(end.Duration), int64(end.ReceiptID))
}
