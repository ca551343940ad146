package records

import (
	"time"

	"backchannel/storage"
	"backchannel/storage/column"
)

// ReceiptConditions holds a filter's terms, separately for facets (f) and receipts (r).
type ReceiptConditions struct {
	Facet, Receipt []Condition
	few            bool // a condition on receipts selects few of them by an index
	shared         bool // a condition has an index that begins with the facet
	scanned        bool // a condition has to read the bodies
}

// ReceiptPage returns the SQL for a page of receipts, in the form that reads the fewest rows. The
// filter must come from FilterSyntax.Parse, which validates values.
//
// If there are conditions on facets, or ones with an index that begins with the facet, the
// query takes the newest receipts of each matching facet by an index, and the newest of
// those are the page. Otherwise it reads receipts from the newest on, by an index that
// selects few of them if there is one.
func (d *Dialect) ReceiptPage(q storage.ReceiptQuery) (query string, args []any) {
	c := d.receiptTerms(q)
	order := direction(q.After, q.OldestFirst)
	if q.Limit > 0 && (len(c.Facet) > 0 || c.shared) && !c.few && !c.scanned {
		newest, args := Where(`SELECT r.id FROM receipts r WHERE r.facet_id = f.id`).And(c.Receipt)
		page, args2 := Where(`SELECT p.id FROM facets f CROSS JOIN `+d.OfEach(newest+` ORDER BY r.id`+order+` LIMIT ?`)+`
			WHERE true`, append(args, q.Limit)...).And(c.Facet)
		return `WITH page (id) AS (` + page + ` ORDER BY p.id` + order + ` LIMIT ?)
			SELECT ` + ReceiptColumns + ` FROM page ` + d.Join + ` receipts r ON r.id = page.id` + JoinReceipts + ` ORDER BY r.id` + order,
			append(args2, q.Limit)
	}
	if c.scanned && !c.few && d.ScanBodies != nil {
		query, args = d.ScanBodies(c)
	} else {
		walk := Where(`SELECT ` + ReceiptColumns + ` FROM receipts r ` + d.Join + ` facets f ON f.id = r.facet_id` + JoinReceipts + ` WHERE true`)
		query, args = walk.And(append(c.Receipt, c.Facet...))
	}
	return query + ` ORDER BY r.id` + order + ` LIMIT ?`, append(args, limitOf(q.Limit))
}

func (d *Dialect) receiptTerms(q storage.ReceiptQuery) (c ReceiptConditions) {
	for _, term := range q.Filter.Terms {
		if on, ok := facetCondition(term); ok {
			c.Facet = append(c.Facet, on.not(term.Not))
			continue
		}
		c.Receipt = append(c.Receipt, d.receiptCondition(term).not(term.Not))
		c.few = c.few || !term.Not && leavesFew(term)
		c.shared = c.shared || !term.Not && indexedByFacet(term)
		c.scanned = c.scanned || term.Key == "body"
	}
	if q.WebhookID != 0 {
		c.Facet = append(c.Facet, Where(`f.webhook_id = ?`, q.WebhookID))
	}
	if len(q.Statuses) > 0 {
		c.Facet = append(c.Facet, oneOf(`f.status`, q.Statuses))
	}
	c.Receipt = append(c.Receipt, within(`r.id`, q.After, q.Before)...)
	return c
}

// storedWithin bounds the time from a receipt's arrival until it is stored and gets its ID,
// so that the term until: need not read later IDs.
const storedWithin = time.Minute

// receiptCondition translates a term on the receipt's own columns.
func (d *Dialect) receiptCondition(term storage.Term) Condition {
	id := term.At.UnixMicro() // of a receipt that is stored at that time
	switch term.Key {
	case "":
		return d.receiptWord(term)
	case "message":
		least := column.RequestKey(term.Value)
		return Where(d.OfMessages+` AND r.request_id = ?`, least, least|column.LastRecipient, term.Value)
	case "identity":
		equal := d.Equals(`r.identity`, term.Value)
		return Where(equal.sql+` AND r.identity <> ''`, equal.args...)
	case "campaign":
		return Where(`r.campaign_uuid <> '' AND r.campaign_uuid IN (SELECT uuid FROM campaigns WHERE name = ? UNION SELECT ?)`,
			term.Value, term.Value)
	case "execution":
		return Where(`r.execution_id = ?`, term.Value)
	case "path":
		return d.Equals(`r.path`, storage.WithoutTokens(term.Value))
	case "delivery":
		id, err := storage.ParseID(term.Value)
		if err != nil {
			return nothing()
		}
		return Where(`r.delivery_id IS NOT NULL AND r.delivery_id = ?`, id)
	case "since": // a receipt gets its ID after its arrival
		return Where(`r.received_at >= ? AND r.id >= ?`, column.At(term.At), id)
	case "until":
		return Where(`r.received_at <= ? AND r.id <= ?`, column.At(term.At), id+storedWithin.Microseconds())
	case "is":
		return Where(d.Pinned)
	case "body":
		return Where(d.InBody, []byte(term.Value))
	}
	return nothing() // unreachable for a parsed filter
}

// leavesFew reports whether a term has an index of its own and matches a handful of receipts.
func leavesFew(term storage.Term) bool { return term.Key == "message" || term.Key == "delivery" }

// indexedByFacet reports whether a term may match most receipts and has an index that finds the
// newest of each facet.
func indexedByFacet(term storage.Term) bool {
	return term.Key == "identity" || term.Key == "path" || term.Key == "is" && term.Value == "pinned"
}

// facetCondition translates a term on a facet's columns. It returns false for other terms.
func facetCondition(term storage.Term) (Condition, bool) {
	equal := func(column string, value any) (Condition, bool) {
		return Where(`f.`+column+` = ?`, value), true
	}
	switch term.Key {
	case "status", "channel", "auth", "schema", "target", "headers", "duplicate":
		return equal(term.Key, term.Value)
	case "order":
		return equal(`"order"`, term.Value)
	case "webhook":
		return Where(`f.webhook_id IN (SELECT webhook_id FROM webhook_names WHERE name = ?)`, term.Value), true
	case "code":
		return codeCondition(`f.code`, term.Value), true
	case "is":
		switch term.Value {
		case "duplicate":
			return equal(`duplicate`, storage.Fail)
		case "out-of-order":
			return equal(`"order"`, storage.Fail)
		case "unmatched":
			return equal(`webhook_id`, 0)
		}
	}
	return Condition{}, false
}
