package postgres

import (
	"strconv"
	"strings"
	"time"

	"backchannel/storage"
	"backchannel/storage/column"
	"backchannel/storage/records"
)

// storedWithin bounds the time from a receipt's arrival until it is stored and gets its ID,
// so that the term until: need not read later IDs.
const storedWithin = time.Minute

// conditions holds a filter's terms as SQL, separately for facets (f) and receipts (r).
type conditions struct {
	facet, receipt []condition
	few            bool // a condition on receipts selects few of them by an index
	shared         bool // a condition has an index that begins with the facet
	scanned        bool // a condition has to read the bodies
}

type condition struct {
	sql  string
	args []any
}

// conditionsOf translates a query. The filter's values must be valid by
// FilterSyntax.Parse.
func conditionsOf(q storage.ReceiptQuery) conditions {
	var c conditions
	for _, term := range q.Filter.Terms {
		if on, ok := facetCondition(term); ok {
			c.facet = append(c.facet, on.negatedIf(term.Not))
			continue
		}
		c.receipt = append(c.receipt, receiptCondition(term).negatedIf(term.Not))
		c.few = c.few || !term.Not && leavesFew(term)
		c.shared = c.shared || !term.Not && indexedByFacet(term)
		c.scanned = c.scanned || term.Key == "body"
	}
	if q.WebhookID != 0 {
		c.facet = append(c.facet, condition{`f.webhook_id = ?`, []any{q.WebhookID}})
	}
	if len(q.Statuses) > 0 {
		c.facet = append(c.facet, condition{`f.status IN (` + records.Marks(len(q.Statuses)) + `)`, records.Args(q.Statuses)})
	}
	if q.Before != 0 {
		c.receipt = append(c.receipt, condition{`r.id < ?`, []any{q.Before}})
	}
	if q.After != 0 {
		c.receipt = append(c.receipt, condition{`r.id > ?`, []any{q.After}})
	}
	return c
}

func (c condition) negatedIf(not bool) condition {
	if not {
		c.sql = `NOT (` + c.sql + `)`
	}
	return c
}

// leavesFew reports whether a term has an index of its own and matches a handful of receipts.
func leavesFew(term storage.Term) bool { return term.Key == "message" || term.Key == "delivery" }

// indexedByFacet reports whether a term may match most receipts and has an index that
// yields the newest of each facet.
func indexedByFacet(term storage.Term) bool {
	return term.Key == "identity" || term.Key == "path" || term.Key == "is" && term.Value == "pinned"
}

// facetCondition translates a term on a facet's columns. It returns false for other terms.
func facetCondition(term storage.Term) (condition, bool) {
	equal := func(column string, value any) (condition, bool) {
		return condition{`f.` + column + ` = ?`, []any{value}}, true
	}
	switch term.Key {
	case "status", "channel", "auth", "schema", "target", "headers", "duplicate":
		return equal(term.Key, term.Value)
	case "order":
		return equal(`"order"`, term.Value)
	case "webhook":
		return condition{`f.webhook_id IN (SELECT webhook_id FROM webhook_names WHERE name = ?)`, []any{term.Value}}, true
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
	return condition{}, false
}

// codeCondition translates a value of code: 404, 4xx or none.
func codeCondition(column, value string) condition {
	class, isClass := strings.CutSuffix(value, "xx")
	code, _ := strconv.Atoi(class) // 0 for none
	if isClass {
		return condition{column + ` / 100 = ?`, []any{code}}
	}
	return condition{column + ` = ?`, []any{code}}
}

// receiptCondition translates a term on the receipt's own columns.
func receiptCondition(term storage.Term) condition {
	at := term.At.UnixMicro() // as an ID
	switch term.Key {
	case "":
		return receiptWord(term)
	case "message":
		least := column.RequestKey(term.Value)
		return condition{`r.message IS NOT NULL AND r.message BETWEEN ? AND ? AND r.request_id = ?`,
			[]any{least, least | column.LastRecipient, term.Value}}
	case "identity":
		return condition{`r.identity = ? AND r.identity <> '' AND substr(r.identity, 1, 100) = substr(?::bytea, 1, 100)`, []any{term.Value, term.Value}}
	case "campaign":
		return condition{`r.campaign_uuid <> '' AND r.campaign_uuid IN (SELECT uuid FROM campaigns WHERE name = ? UNION SELECT ?::bytea)`,
			[]any{term.Value, term.Value}}
	case "execution":
		return condition{`r.execution_id = ?`, []any{term.Value}}
	case "path":
		return pathCondition(storage.WithoutTokens(term.Value))
	case "delivery":
		id, err := storage.ParseID(term.Value)
		if err != nil {
			return condition{`false`, nil}
		}
		return condition{`r.delivery_id IS NOT NULL AND r.delivery_id = ?`, []any{id}}
	case "since": // a receipt gets its ID after its arrival
		return condition{`r.received_at >= ? AND r.id >= ?`, []any{term.At, at}}
	case "until":
		return condition{`r.received_at <= ? AND r.id <= ?`, []any{term.At, at + storedWithin.Microseconds()}}
	case "is":
		return condition{`r.pinned`, nil}
	case "body":
		return condition{`position(?::bytea IN r.body) > 0`, []any{[]byte(term.Value)}}
	}
	return condition{`false`, nil} // unreachable for a parsed filter
}

func pathCondition(path string) condition {
	return condition{`r.path = ? AND substr(r.path, 1, 100) = substr(?::bytea, 1, 100)`, []any{path, path}}
}

// pageQuery returns the SQL for a page of receipts, in the form that reads the fewest rows.
//
// If there are conditions on facets, or ones with an index that begins with the facet, the
// query takes the newest receipts of each matching facet by an index, and the newest of
// those are the page. Otherwise it reads receipts from the newest on, by an index that
// selects few of them if there is one.
func pageQuery(q storage.ReceiptQuery) (query string, args []any) {
	c := conditionsOf(q)
	order := ` DESC`
	if q.After != 0 || q.OldestFirst {
		order = ``
	}
	if q.Limit > 0 && (len(c.facet) > 0 || c.shared) && !c.few && !c.scanned {
		newest, args := (condition{`SELECT r.id FROM receipts r WHERE r.facet_id = f.id`, nil}).and(c.receipt)
		page, args2 := (condition{`SELECT p.id FROM facets f CROSS JOIN LATERAL (` + newest + ` ORDER BY r.id` + order + ` LIMIT ?) p
			WHERE true`, append(args, q.Limit)}).and(c.facet)
		return `WITH page (id) AS (` + page + ` ORDER BY p.id` + order + ` LIMIT ?)
			SELECT ` + receiptColumns + ` FROM page JOIN receipts r ON r.id = page.id` + joinAll + ` ORDER BY r.id` + order,
			append(args2, q.Limit)
	}
	walk := condition{`SELECT ` + receiptColumns + ` FROM receipts r JOIN facets f ON f.id = r.facet_id` + joinAll + ` WHERE true`, nil}
	query, args = walk.and(append(c.receipt, c.facet...))
	return query + ` ORDER BY r.id` + order + ` LIMIT ?`, append(args, records.Limit(q.Limit))
}

// and appends conditions to a query that already has a WHERE clause.
func (c condition) and(more []condition) (string, []any) {
	for _, m := range more {
		c.sql += ` AND ` + m.sql
		c.args = append(c.args, m.args...)
	}
	return c.sql, c.args
}
