package sqlite

import (
	"context"
	"fmt"
)

// Check reads the whole database and lists what is wrong with it, nothing when all is
// well.
func (s *Store) Check(ctx context.Context) ([]string, error) {
	found, err := collect(ctx, s.reads, one[string], `PRAGMA integrity_check`)
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
	return append(found, orphans...), nil
}

func scanOrphan(read scan) (string, error) {
	var table, parent string
	var row, key any
	err := read(&table, &row, &parent, &key)
	return fmt.Sprintf("row %v of %s refers to a row that %s does not have", row, table, parent), err
}
