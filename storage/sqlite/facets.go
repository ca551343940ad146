package sqlite

import (
	"backchannel/storage"
)

// A facet is a combination of the receipt columns that filters use and that have few
// distinct values. Receipts refer to facets, so that a filter reads only matching receipts
// without an index for each column.
type facet struct {
	webhook                                           storage.ID
	channel, status                                   string
	code                                              int
	auth, schema, target, headers, duplicate, ordered storage.Result
}

func facetOf(r *storage.Receipt) facet {
	v := &r.Verdicts
	f := facet{
		webhook: r.WebhookID, code: r.Code, auth: v.Auth.Result, schema: v.Schema.Result, target: v.Target.Result,
		headers: v.Headers.Result, duplicate: v.Duplicate.Result, ordered: v.Order.Result,
	}
	// Other values are left out: a foreign body may contain any, and the number of facets
	// must stay small.
	if storage.Channel(r.Channel).Known() {
		f.channel = r.Channel
	}
	if storage.Status(r.Status).Known() {
		f.status = r.Status
	}
	return f
}

// A facetIDs maps facets to their IDs. There are few of them, so all that this process has
// used stay in memory.
type facetIDs map[facet]int64

// id returns the ID of a facet, which it stores if it is new.
func (f facetIDs) id(s *statements, of facet) (int64, error) {
	if id, ok := f[of]; ok {
		return id, nil
	}
	columns := []any{of.webhook, of.channel, of.status, of.code, of.auth, of.schema, of.target, of.headers, of.duplicate, of.ordered}
	_, err := s.exec(`INSERT INTO facets (webhook_id, channel, status, code, auth, schema, target, headers, duplicate, "order")
		VALUES (?,?,?,?,?,?,?,?,?,?) ON CONFLICT DO NOTHING`, columns...)
	if err != nil {
		return 0, err
	}
	id, err := first(s.ctx(), s.conn, one[int64], `SELECT id FROM facets WHERE webhook_id = ? AND channel = ? AND status = ? AND code = ?
		AND auth = ? AND schema = ? AND target = ? AND headers = ? AND duplicate = ? AND "order" = ?`, columns...)
	if err == nil {
		f[of] = id
	}
	return id, err
}
