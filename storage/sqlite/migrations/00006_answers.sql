-- +goose Up

-- What became of the answers, which is known later than the rest: there are hundreds of
-- these to a page, where each receipt's own page would have to be written again.
CREATE TABLE answers (
    receipt_id INTEGER PRIMARY KEY REFERENCES receipts ON DELETE CASCADE,
    outcome    TEXT NOT NULL,
    duration   INTEGER NOT NULL
) STRICT;
INSERT INTO answers SELECT id, outcome, duration FROM receipts WHERE outcome <> '';
ALTER TABLE receipts DROP COLUMN outcome;
ALTER TABLE receipts DROP COLUMN duration;
