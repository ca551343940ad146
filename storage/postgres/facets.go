package postgres

import (
	"backchannel/storage/column"
	"backchannel/storage/records"
)

// facetID returns the ID of a facet, and stores the facet if it is new. There are few, so the
// writer caches all that it has used.
func (t *tx) facetID(of column.Facet) (int64, error) {
	if id, ok := t.facets[of]; ok {
		return id, nil
	}
	columns := []any{of.Webhook, of.Channel, of.Status, of.Code, of.Auth, of.Schema, of.Target, of.Headers, of.Duplicate, of.Ordered}
	t.send(`INSERT INTO facets (webhook_id, channel, status, code, auth, schema, target, headers, duplicate, "order")
		VALUES (?,?,?,?,?,?,?,?,?,?) ON CONFLICT DO NOTHING`, columns...)
	id, err := records.First(t.Context(), t, records.One[int64], `SELECT id FROM facets WHERE webhook_id = ? AND channel = ? AND status = ? AND code = ?
		AND auth = ? AND schema = ? AND target = ? AND headers = ? AND duplicate = ? AND "order" = ?`, columns...)
	if err == nil {
		t.facets[of] = id
	}
	return id, err
}
