package sqlite

import (
	"context"
	"fmt"

	"backchannel/storage/records"
)

// Maintenance keeps the database small and checks it.
type Maintenance struct {
	records.Maintenance
	*database
}

// Check reads the whole database and lists what is wrong with it. The list is empty if nothing is.
// SQLite checks its own structures. Check itself counts the records and compares them with the stored
// counts and the index of messages.
func (s *Maintenance) Check(ctx context.Context) ([]string, error) {
	found, err := collect(ctx, s.reads, records.One[string], `PRAGMA integrity_check`)
	if err != nil {
		return nil, fmt.Errorf("check the database: %w", err)
	}
	if len(found) == 1 && found[0] == "ok" {
		found = nil
	}
	orphans, err := collect(ctx, s.reads, scanOrphan, `PRAGMA foreign_key_check`)
	if err != nil {
		return nil, fmt.Errorf("check the database's references: %w", err)
	}
	miscounts, err := collect(ctx, s.reads, records.One[string], miscounted)
	if err != nil {
		return nil, fmt.Errorf("check the database's counts: %w", err)
	}
	return append(append(found, orphans...), miscounts...), nil
}

// miscounted selects a line for each stored number that differs from an actual count.
const miscounted = `
	SELECT 'the stored number of receipts is wrong' FROM store WHERE receipts <> (SELECT count(*) FROM receipts)
		OR receipt_bytes <> (SELECT coalesce(sum(size), 0) FROM receipts)
	UNION ALL
	SELECT 'the index of receipts by message does not match the receipts' WHERE EXISTS (
			SELECT message_key(request_id, identity, webhook_id), id FROM receipts WHERE request_id <> '' EXCEPT SELECT key, receipt_id FROM messages)
		OR EXISTS (SELECT receipt_id FROM messages EXCEPT SELECT id FROM receipts)
	UNION ALL
	SELECT 'the stored number of ' || state || ' deliveries is wrong' FROM (
		SELECT webhook_id, state, n FROM delivery_counts
		UNION ALL SELECT webhook_id, state, -count(*) FROM deliveries GROUP BY webhook_id, state)
	GROUP BY webhook_id, state HAVING sum(n) <> 0`

// scanOrphan describes a row of PRAGMA foreign_key_check.
func scanOrphan(read scan) (string, error) {
	var table, parent string
	var row, key any
	err := read(&table, &row, &parent, &key)
	return fmt.Sprintf("row %v of %s refers to a row that %s does not have", row, table, parent), err
}
