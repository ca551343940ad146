package sqlite

import (
	"time"

	"backchannel/storage"
	"backchannel/storage/column"
	"backchannel/storage/records"
)

// storedWithin bounds the time from a receipt's arrival until it is stored and gets its ID,
// so that the term until: need not read later IDs.
const storedWithin = time.Minute

// receiptCondition translates a term on the receipt's own columns.
func receiptCondition(term storage.Term) records.Condition {
	at := term.At.UnixMicro()
	switch term.Key {
	case "":
		return dialect().ReceiptWord(term)
	case "message":
		least := column.RequestKey(term.Value)
		return records.Where(`r.id IN (SELECT receipt_id FROM messages WHERE level IN (0, 1, 2) AND key BETWEEN ? AND ?) AND r.request_id = ?`,
			least, least|column.LastRecipient, term.Value)
	case "identity":
		return records.Where(`r.identity = ? AND r.identity <> ''`, term.Value)
	case "campaign":
		return records.Where(`r.campaign_uuid <> '' AND r.campaign_uuid IN (SELECT uuid FROM campaigns WHERE name = ? UNION SELECT ?)`,
			term.Value, term.Value)
	case "execution":
		return records.Where(`r.execution_id = ?`, term.Value)
	case "path":
		return records.Where(`r.path = ?`, storage.WithoutTokens(term.Value))
	case "delivery":
		id, err := storage.ParseID(term.Value)
		if err != nil {
			return records.Nothing()
		}
		return records.Where(`r.delivery_id IS NOT NULL AND r.delivery_id = ?`, id)
	case "since": // a receipt gets its ID after its arrival
		return records.Where(`r.received_at >= ? AND r.id >= ?`, at, at)
	case "until":
		return records.Where(`r.received_at <= ? AND r.id <= ?`, at, at+storedWithin.Microseconds())
	case "is":
		return records.Where(`r.pinned = 1`)
	case "body":
		return records.Where(`instr((SELECT body FROM receipt_contents WHERE receipt_id = r.id), ?) > 0`, []byte(term.Value))
	}
	return records.Nothing() // unreachable for a parsed filter
}

// pageQuery returns the SQL for a page of receipts, in the form that reads the fewest rows.
//
// If there are conditions on facets, or ones with an index that begins with the facet, the
// query takes the newest receipts of each matching facet by an index, and the newest of
// those are the page. Otherwise it reads receipts from the newest on, by an index that
// selects few of them if there is one.
func pageQuery(q storage.ReceiptQuery) (query string, args []any) {
	c := records.ReceiptTerms(q, receiptCondition)
	order := ` DESC`
	if q.After != 0 || q.OldestFirst {
		order = ``
	}
	if q.Limit > 0 && (len(c.Facet) > 0 || c.Shared) && !c.Few && !c.Scanned {
		newest, args := records.Where(`SELECT r.id FROM receipts r WHERE r.facet_id = f.id`).And(c.Receipt)
		page, args2 := records.Where(`SELECT p.id FROM facets f CROSS JOIN receipts p ON p.id IN (`+newest+` ORDER BY r.id`+order+` LIMIT ?)
			WHERE true`, append(args, q.Limit)...).And(c.Facet)
		return `WITH page (id) AS (` + page + ` ORDER BY p.id` + order + ` LIMIT ?)
			SELECT ` + records.ReceiptColumns + ` FROM page CROSS JOIN receipts r ON r.id = page.id` + records.JoinReceipts + ` ORDER BY r.id` + order,
			append(args2, q.Limit)
	}
	if c.Scanned && !c.Few {
		return scanBodies(c, order, q.Limit)
	}
	walk := records.Where(`SELECT ` + records.ReceiptColumns + ` FROM receipts r CROSS JOIN facets f ON f.id = r.facet_id` + records.JoinReceipts + ` WHERE true`)
	query, args = walk.And(append(c.Receipt, c.Facet...))
	return query + ` ORDER BY r.id` + order + ` LIMIT ?`, append(args, records.Limit(q.Limit))
}

// scanBodies returns a query that reads bodies from the newest receipt on, and only of receipts
// for which all other conditions hold. It forbids indexes, because their order would make
// SQLite read and sort all matching receipts first.
func scanBodies(c records.ReceiptConditions, order string, limit int) (query string, args []any) {
	facets, args := records.Where(`SELECT f.id FROM facets f WHERE true`).And(c.Facet)
	query, args = records.Where(`SELECT `+records.ReceiptColumns+` FROM receipts r NOT INDEXED`+records.JoinReceipts+` WHERE r.facet_id IN (`+facets+`)`, args...).And(c.Receipt)
	return query + ` ORDER BY r.id` + order + ` LIMIT ?`, append(args, records.Limit(limit))
}
