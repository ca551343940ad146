-- +goose Up

-- Receipts by the message that they are about. The keys are hashes, so each receipt's goes
-- to a page of its own, and a commit would write as many pages as it has receipts: most of
-- what it writes. So a key begins in level 0, which fits a few pages, and moves up with many
-- others at a time, as in a log-structured merge tree.
CREATE TABLE messages (
    level      INTEGER NOT NULL, -- 0, 1, 2: what is in a higher one is older
    key        INTEGER NOT NULL, -- of requestId, identity and webhook
    receipt_id INTEGER NOT NULL,
    PRIMARY KEY (level, key, receipt_id)
) STRICT, WITHOUT ROWID;
INSERT INTO messages SELECT 2, message_key(request_id, identity, webhook_id), id FROM receipts WHERE request_id <> '';
DROP INDEX receipts_by_message;
