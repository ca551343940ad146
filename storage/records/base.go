package records

import (
	"time"

	"backchannel/storage"
	"backchannel/storage/column"
)

// A Base holds what a store keeps for a transaction until it ends, whatever its database. A [Tx]
// embeds it.
type Base struct {
	Now    time.Time      // when the transaction began, with the precision of the database
	Kinds  storage.Change // the kinds of records about which subscribers are notified
	Runs   column.Runs    // of similar activities, which are stored as one
	Facets Facets         // those that the writer has used

	// Targets is a cache of what enqueueing needs to know about webhooks; nil: there is none,
	// because webhooks may change during the transaction.
	Targets map[storage.ID]column.Target

	// Receipts and ReceiptBytes are added to the stored number of receipts and to the size of
	// their contents.
	Receipts, ReceiptBytes int64
}

// Start returns the Base of a transaction that begins at a given time. committed holds the runs of
// earlier transactions, and facets those that are in the database.
func Start(now time.Time, committed map[storage.ID]column.Run, facets Facets) Base {
	return Base{Now: time.UnixMicro(now.UnixMicro()).UTC(), Runs: column.Runs{Committed: committed}, Facets: facets}
}

func (b *Base) base() *Base { return b }

// Stamp returns when the transaction began.
func (b *Base) Stamp() time.Time { return b.Now }

func (b *Base) countReceipts(n, bytes int64) {
	b.Receipts, b.ReceiptBytes = b.Receipts+n, b.ReceiptBytes+bytes
}
