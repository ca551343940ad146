package sqlite

import (
	"backchannel/storage/column"
	"backchannel/storage/records"
)

// A facetIDs maps facets to their IDs. There are few of them, so all that this process has
// used stay in memory.
type facetIDs map[column.Facet]int64

// id returns the ID of a facet, which it stores if it is new.
func (f facetIDs) id(s *statements, of column.Facet) (int64, error) {
	if id, ok := f[of]; ok {
		return id, nil
	}
	columns := []any{of.Webhook, of.Channel, of.Status, of.Code, of.Auth, of.Schema, of.Target, of.Headers, of.Duplicate, of.Ordered}
	_, err := s.Exec(`INSERT INTO facets (webhook_id, channel, status, code, auth, schema, target, headers, duplicate, "order")
		VALUES (?,?,?,?,?,?,?,?,?,?) ON CONFLICT DO NOTHING`, columns...)
	if err != nil {
		return 0, err
	}
	id, err := records.First(s.Context(), s, records.One[int64], `SELECT id FROM facets WHERE webhook_id = ? AND channel = ? AND status = ? AND code = ?
		AND auth = ? AND schema = ? AND target = ? AND headers = ? AND duplicate = ? AND "order" = ?`, columns...)
	if err == nil {
		f[of] = id
	}
	return id, err
}
