-- +goose Up

-- Receipts by the message that they are about. The keys are hashes, so in one index each new
-- key would change a page of its own, and these would be most of the pages that a commit
-- writes. So a key begins in level 0, which fits a few pages, and moves up together with
-- many others, as in a log-structured merge tree.
CREATE TABLE messages (
    level      INTEGER NOT NULL, -- 0, 1, 2: a higher one has older receipts
    key        INTEGER NOT NULL, -- of requestId, identity and webhook
    receipt_id INTEGER NOT NULL,
    PRIMARY KEY (level, key, receipt_id)
) STRICT, WITHOUT ROWID;
INSERT INTO messages SELECT 2, message_key(request_id, identity, webhook_id), id FROM receipts WHERE request_id <> '';
DROP INDEX receipts_by_message;
