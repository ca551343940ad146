package postgres

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
	at := term.At.UnixMicro() // as an ID
	switch term.Key {
	case "":
		return dialect().ReceiptWord(term)
	case "message":
		least := column.RequestKey(term.Value)
		return records.Where(`r.message IS NOT NULL AND r.message BETWEEN ? AND ? AND r.request_id = ?`,
			least, least|column.LastRecipient, term.Value)
	case "identity":
		return records.Where(`r.identity = ? AND r.identity <> '' AND substr(r.identity, 1, 100) = substr(?::bytea, 1, 100)`, term.Value, term.Value)
	case "campaign":
		return records.Where(`r.campaign_uuid <> '' AND r.campaign_uuid IN (SELECT uuid FROM campaigns WHERE name = ? UNION SELECT ?::bytea)`,
			term.Value, term.Value)
	case "execution":
		return records.Where(`r.execution_id = ?`, term.Value)
	case "path":
		return pathCondition(storage.WithoutTokens(term.Value))
	case "delivery":
		id, err := storage.ParseID(term.Value)
		if err != nil {
			return records.Nothing()
		}
		return records.Where(`r.delivery_id IS NOT NULL AND r.delivery_id = ?`, id)
	case "since": // a receipt gets its ID after its arrival
		return records.Where(`r.received_at >= ? AND r.id >= ?`, term.At, at)
	case "until":
		return records.Where(`r.received_at <= ? AND r.id <= ?`, term.At, at+storedWithin.Microseconds())
	case "is":
		return records.Where(`r.pinned`)
	case "body":
		return records.Where(`position(?::bytea IN r.body) > 0`, []byte(term.Value))
	}
	return records.Nothing() // unreachable for a parsed filter
}

func pathCondition(path string) records.Condition {
	return records.Where(`r.path = ? AND substr(r.path, 1, 100) = substr(?::bytea, 1, 100)`, path, path)
}

// pageQuery returns the SQL for a page of receipts, in the form that reads fewest rows.
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
		page, args2 := records.Where(`SELECT p.id FROM facets f CROSS JOIN LATERAL (`+newest+` ORDER BY r.id`+order+` LIMIT ?) p
			WHERE true`, append(args, q.Limit)...).And(c.Facet)
		return `WITH page (id) AS (` + page + ` ORDER BY p.id` + order + ` LIMIT ?)
			SELECT ` + records.ReceiptColumns + ` FROM page JOIN receipts r ON r.id = page.id` + records.JoinReceipts + ` ORDER BY r.id` + order,
			append(args2, q.Limit)
	}
	walk := records.Where(`SELECT ` + records.ReceiptColumns + ` FROM receipts r JOIN facets f ON f.id = r.facet_id` + records.JoinReceipts + ` WHERE true`)
	query, args = walk.And(append(c.Receipt, c.Facet...))
	return query + ` ORDER BY r.id` + order + ` LIMIT ?`, append(args, records.Limit(q.Limit))
}
