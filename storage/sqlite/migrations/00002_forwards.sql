-- +goose Up

-- The outcome of relaying a receipt to another server. Receipts that arrived while relaying
-- was off have none.
CREATE TABLE forwards (
    receipt_id    INTEGER PRIMARY KEY REFERENCES receipts ON DELETE CASCADE,
    url           TEXT NOT NULL,
    state         TEXT NOT NULL CHECK (state IN ('waiting', 'answered', 'failed', 'dropped', 'withheld')),
    code          INTEGER NOT NULL,
    duration      INTEGER NOT NULL,
    error         TEXT NOT NULL,
    response_body BLOB -- counted in the receipt's size
) STRICT;
CREATE INDEX forwards_waiting ON forwards (state) WHERE state = 'waiting';
