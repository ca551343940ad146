-- +goose Up

-- A value that most receipts may share is searched for within one facet at a time, newest
-- first: among 100,000 receipts of one recipient, those that bounced are found at once.
DROP INDEX receipts_by_identity;
DROP INDEX receipts_by_path;
DROP INDEX receipts_pinned;
CREATE INDEX receipts_by_identity ON receipts (identity, facet_id) WHERE identity <> '';
CREATE INDEX receipts_by_path ON receipts (path, facet_id);
CREATE INDEX receipts_pinned ON receipts (facet_id) WHERE pinned = 1;
