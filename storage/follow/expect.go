package follow

import (
	"context"
	"fmt"
	"time"

	"backchannel/storage"
	"backchannel/storage/words"
)

// An Expectation is a number of receipts that are expected within some time. Receipts that
// are already stored count.
type Expectation struct {
	Receipts storage.ReceiptQuery
	Count    int
	Exact    bool // more than Count are wrong, too
	Timeout  time.Duration
}

// Wait counts the receipts until waiting longer cannot change what Unmet returns for them.
func (e Expectation) Wait(ctx context.Context, store ReceiptStore) (count int, err error) {
	waiting, cancel := context.WithTimeout(ctx, e.Timeout)
	defer cancel()
	all := receipts(store, e.Receipts, store.Changes(waiting))
	// Reading is not limited by the timeout: with a very short one, at least what is stored
	// has to be counted.
	for page, err := range all.pages(ctx, waiting.Done(), 0) {
		if err != nil {
			return count, err
		}
		if count += len(page); e.settled(count) {
			return count, nil
		}
	}
	return count, ctx.Err()
}

func (e Expectation) settled(count int) bool {
	return count > e.Count || !e.Exact && count == e.Count
}

// Unmet says how a number of receipts differs from the expected one. It is empty if the
// expectation is met.
func (e Expectation) Unmet(count int) string {
	switch {
	case !e.Exact && count < e.Count:
		return fmt.Sprintf("%s arrived within %s, expected at least %d", words.Count(count, "receipt"), e.Timeout, e.Count)
	case e.Exact && count != e.Count:
		return fmt.Sprintf("%s arrived within %s, expected exactly %d", words.Count(count, "receipt"), e.Timeout, e.Count)
	}
	return ""
}
