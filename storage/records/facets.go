package records

import "backchannel/storage/column"

// Facets maps the facets that a writer has used to their IDs. There are few of them, so all stay in
// memory. They must be forgotten if the transaction that stored them did not take place.
type Facets map[column.Facet]int64

// id returns the ID of a facet, which it stores if it is new.
func (f Facets) id(t Tx, of column.Facet) (int64, error) {
	if id, ok := f[of]; ok {
		return id, nil
	}
	columns := []any{of.Webhook, of.Channel, of.Status, of.Code, of.Auth, of.Schema, of.Target, of.Headers, of.Duplicate, of.Ordered}
	err := t.Send(`INSERT INTO facets (webhook_id, channel, status, code, auth, schema, target, headers, duplicate, "order")
		VALUES (?,?,?,?,?,?,?,?,?,?) ON CONFLICT DO NOTHING`, columns...)
	if err != nil {
		return 0, err
	}
	id, err := First(t.Context(), t, One[int64], `SELECT id FROM facets WHERE webhook_id = ? AND channel = ? AND status = ? AND code = ?
		AND auth = ? AND schema = ? AND target = ? AND headers = ? AND duplicate = ? AND "order" = ?`, columns...)
	if err == nil {
		f[of] = id
	}
	return id, err
}
