package column

import (
	"encoding/binary"
	"hash/crc32"
	"hash/fnv"

	"backchannel/storage"
)

// MessageKey returns a message's key. One half is a hash of the requestId, because a request may
// have many recipients. The other half is a hash of the recipient and the webhook. Two messages
// can have the same key.
func MessageKey(requestID, identity string, webhook int64) int64 {
	recipient := binary.BigEndian.AppendUint64([]byte(identity), uint64(webhook)) //nolint:gosec // bits
	return RequestKey(requestID) | int64(crc32.ChecksumIEEE(recipient))
}

// RequestKey returns the smallest key of a request's messages. Or-ed with LastRecipient it
// is the greatest.
func RequestKey(requestID string) int64 {
	return int64(uint64(crc32.ChecksumIEEE([]byte(requestID))) << 32) //nolint:gosec // bits
}

// LastRecipient is the half of a message key that identifies the recipient, with all bits set.
const LastRecipient = 1<<32 - 1

// KeyOf returns the key of the message that a receipt is about.
func KeyOf(r *storage.Receipt) int64 { return MessageKey(r.RequestID, r.Identity, int64(r.WebhookID)) }

// The kinds of request IDs: that of the header x-request-id and that of the body.
const (
	CallID    = "x"
	RequestID = "b"
)

// AcceptedKeys returns the keys under which a call is found again.
func AcceptedKeys(e *storage.Execution) []int64 {
	return []int64{AcceptedKey(e, CallID, e.XRequestID), AcceptedKey(e, RequestID, e.RequestID)}
}

// AcceptedKey is the hash of a request ID in an organization's sandbox.
func AcceptedKey(e *storage.Execution, kind, id string) int64 {
	hash := fnv.New64a()
	for _, part := range []string{kind, e.Organization, e.Sandbox, id} {
		_, _ = hash.Write(append([]byte(part), 0))
	}
	return int64(hash.Sum64()) //nolint:gosec // bits
}
