package sqlite

import (
	"strings"

	"backchannel/storage"
)

// receiptTerms is a query as SQL.
func receiptTerms(q storage.ReceiptQuery) (where string, args []any) {
	terms := []string{`1`}
	if q.Before != 0 {
		terms, args = append(terms, `r.id < ?`), append(args, q.Before)
	}
	if q.After != 0 {
		terms, args = append(terms, `r.id > ?`), append(args, q.After)
	}
	return ` WHERE ` + strings.Join(terms, ` AND `), args
}
