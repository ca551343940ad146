-- +goose Up

-- The outcomes of answers, which are known later than the receipts. Hundreds of them fit a
-- page, whereas updating receipts would write each one's page again.
CREATE TABLE answers (
    receipt_id INTEGER PRIMARY KEY REFERENCES receipts ON DELETE CASCADE,
    outcome    TEXT NOT NULL,
    duration   INTEGER NOT NULL
) STRICT;
INSERT INTO answers SELECT id, outcome, duration FROM receipts WHERE outcome <> '';
ALTER TABLE receipts DROP COLUMN outcome;
ALTER TABLE receipts DROP COLUMN duration;
