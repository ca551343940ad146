package sqlite

import (
	"database/sql/driver"
	"encoding/binary"
	"hash/crc32"
	"slices"
	"time"

	"backchannel/storage"
)

// Table messages finds the receipts of a message. How many keys a level may have before all
// of them move up bounds how many pages a commit writes, and how long it takes. With all keys
// in one level 972 receipts are kept each second in place of 1142 (bench h for 10 s); with an
// index on requestId, identity and webhook each takes 393 µs of processor time in place of 339.
const (
	keysInLevel0 = 512
	keysInLevel1 = 4096
)

// messageKey is a message's key: half of it is the requestId's, since one request may have
// many recipients, half is the recipient's at one webhook. Two messages may have the same.
func messageKey(requestID, identity string, webhook int64) int64 {
	at := binary.BigEndian.AppendUint64([]byte(identity), uint64(webhook)) //nolint:gosec // bits
	return requestKey(requestID) | int64(crc32.ChecksumIEEE(at))
}

// requestKey returns the smallest key of a request's messages. Or-ed with lastRecipient it
// is the greatest.
func requestKey(requestID string) int64 {
	return int64(uint64(crc32.ChecksumIEEE([]byte(requestID))) << 32) //nolint:gosec // bits
}

const lastRecipient = 1<<32 - 1

func keyOf(r *storage.Receipt) int64 { return messageKey(r.RequestID, r.Identity, int64(r.WebhookID)) }

// A levels counts the keys that this process has put into each level but the last since it
// last moved them up. What others left there goes along.
type levels [2]int

func (t *tx) addMessage(r *storage.Receipt) error {
	if r.RequestID == "" {
		return nil
	}
	t.levels[0]++
	_, err := t.step(nil, `INSERT INTO messages VALUES (0, ?, ?)`, keyOf(r), int64(r.ID))
	return err
}

// raiseMessages moves the keys of full levels to the next level.
func (t *tx) raiseMessages() error {
	for level, most := range [...]int{keysInLevel0, keysInLevel1} {
		if t.levels[level] < most {
			return nil
		}
		if level+1 < len(t.levels) {
			t.levels[level+1] += t.levels[level]
		}
		t.levels[level] = 0
		if _, err := t.step(nil, `UPDATE messages SET level = ?1 + 1 WHERE level = ?1`, int64(level)); err != nil {
			return err
		}
	}
	return nil
}

// removeMessage removes the key of a deleted receipt.
func (t *tx) removeMessage(r *storage.Receipt) error {
	if r.RequestID == "" {
		return nil
	}
	_, err := t.step(nil, `DELETE FROM messages WHERE level IN (0, 1, 2) AND key = ? AND receipt_id = ?`, keyOf(r), int64(r.ID))
	return err
}

// The first and the last receipts of a message's key. Their number is part of the text: when
// LIMIT is a parameter SQLite prepares the statement anew each time that one is bound.
const (
	firstOfMessage = `SELECT receipt_id FROM messages WHERE level = 2 AND key = ?1
		UNION ALL SELECT receipt_id FROM messages WHERE level = 1 AND key = ?1
		UNION ALL SELECT receipt_id FROM messages WHERE level = 0 AND key = ?1 LIMIT 16`
	lastOfMessage = `SELECT * FROM (SELECT receipt_id FROM messages WHERE level = 0 AND key = ?1 ORDER BY receipt_id DESC)
		UNION ALL SELECT * FROM (SELECT receipt_id FROM messages WHERE level = 1 AND key = ?1 ORDER BY receipt_id DESC)
		UNION ALL SELECT * FROM (SELECT receipt_id FROM messages WHERE level = 2 AND key = ?1 ORDER BY receipt_id DESC) LIMIT 16`
	earlierShown = 16
)

// earlier reads the first and the last receipts of the message that a receipt is about. A
// message has a handful, unless a sender repeats itself without end.
func (t *tx) earlier(r *storage.Receipt) (earlier []storage.Earlier, err error) {
	if r.RequestID == "" {
		return nil, nil
	}
	ids, err := t.idsOfMessage(firstOfMessage, r)
	if err == nil && len(ids) == earlierShown {
		var last []storage.ID
		last, err = t.idsOfMessage(lastOfMessage, r)
		ids = append(ids, last...)
	}
	if err != nil {
		return nil, err
	}
	slices.Sort(ids)
	for _, id := range slices.Compact(ids) {
		if earlier, err = t.appendEarlier(earlier, id, r); err != nil {
			return nil, err
		}
	}
	return earlier, nil
}

func (t *tx) idsOfMessage(query string, r *storage.Receipt) (ids []storage.ID, err error) {
	err = t.stepThrough(func(row []driver.Value) { ids = append(ids, storage.ID(integer(row[0]))) }, query, keyOf(r))
	return ids, err
}

// appendEarlier adds a receipt if it is of the same message, not just of the same key.
func (t *tx) appendEarlier(to []storage.Earlier, id storage.ID, r *storage.Receipt) ([]storage.Earlier, error) {
	var row [4]driver.Value
	found, err := t.step(row[:], `SELECT received_at, status, retry_count, code FROM receipts
		WHERE id = ? AND request_id = ? AND identity = ? AND webhook_id = ?`, int64(id), r.RequestID, r.Identity, int64(r.WebhookID))
	if err != nil || !found {
		return to, err
	}
	return append(to, storage.Earlier{
		ID: id, ReceivedAt: time.UnixMicro(integer(row[0])).UTC(), Status: text(row[1]), RetryCount: text(row[2]), Code: int(integer(row[3])),
	}), nil
}
