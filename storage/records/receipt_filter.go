package records

import "backchannel/storage"

// ReceiptConditions holds a filter's terms, separately for facets (f) and receipts (r).
type ReceiptConditions struct {
	Facet, Receipt []Condition
	Few            bool // a condition on receipts selects few of them by an index
	Shared         bool // a condition has an index that begins with the facet
	Scanned        bool // a condition has to read the bodies
}

// ReceiptTerms translates a query. It calls receipt for the terms on a receipt's own columns, which
// differ between the stores. The filter must come from FilterSyntax.Parse, which validates values.
func ReceiptTerms(q storage.ReceiptQuery, receipt func(storage.Term) Condition) (c ReceiptConditions) {
	for _, term := range q.Filter.Terms {
		if on, ok := facetCondition(term); ok {
			c.Facet = append(c.Facet, on.Not(term.Not))
			continue
		}
		c.Receipt = append(c.Receipt, receipt(term).Not(term.Not))
		c.Few = c.Few || !term.Not && leavesFew(term)
		c.Shared = c.Shared || !term.Not && indexedByFacet(term)
		c.Scanned = c.Scanned || term.Key == "body"
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
