-- +goose Up

CREATE TABLE campaigns (
    id               INTEGER PRIMARY KEY,
    version          INTEGER NOT NULL,
    uuid             TEXT NOT NULL UNIQUE,
    version_id       TEXT NOT NULL,
    status           TEXT NOT NULL CHECK (status IN ('Draft', 'Live', 'Stopped')),
    name             TEXT NOT NULL UNIQUE,
    settings         TEXT NOT NULL, -- JSON
    draft_version_id TEXT NOT NULL,
    draft            TEXT NOT NULL, -- JSON, or empty
    executions       INTEGER NOT NULL, -- accepted ones, also those that are no longer kept
    created_at       INTEGER NOT NULL,
    updated_at       INTEGER NOT NULL
) STRICT;

-- Calls of the execution API, good and bad.
CREATE TABLE executions (
    id            INTEGER PRIMARY KEY,
    received_at   INTEGER NOT NULL,
    execution_id  TEXT NOT NULL, -- empty unless accepted
    request_id    TEXT NOT NULL,
    x_request_id  TEXT NOT NULL,
    campaign_uuid TEXT NOT NULL, -- as called
    campaign_id   INTEGER NOT NULL, -- 0: no such campaign
    version_id    TEXT NOT NULL,
    campaign      TEXT NOT NULL, -- its name at the time
    organization  TEXT NOT NULL,
    sandbox       TEXT NOT NULL,
    method        TEXT NOT NULL,
    path          TEXT NOT NULL,
    proto         TEXT NOT NULL,
    tls_version   TEXT NOT NULL,
    remote        TEXT NOT NULL,
    code          INTEGER NOT NULL,
    fault         TEXT NOT NULL,
    recipients    INTEGER NOT NULL,
    messages      INTEGER NOT NULL,
    events        INTEGER NOT NULL,
    silent        TEXT NOT NULL,
    repeat_of     INTEGER NOT NULL, -- the execution whose answer was given again, or 0
    duration      INTEGER NOT NULL
) STRICT;
CREATE INDEX executions_by_execution_id ON executions (execution_id) WHERE execution_id <> '' AND repeat_of = 0;
CREATE INDEX executions_by_campaign ON executions (campaign_id);

-- What lists leave out.
CREATE TABLE execution_contents (
    execution      INTEGER PRIMARY KEY REFERENCES executions ON DELETE CASCADE,
    headers        BLOB NOT NULL, -- header lines, secret values left out
    answer_headers BLOB NOT NULL,
    secrets        BLOB,          -- sealed: the values left out of both, then the bodies if they are secret
    body           BLOB NOT NULL,
    flaw           TEXT NOT NULL,
    answer_body    BLOB NOT NULL,
    sealed         INTEGER NOT NULL -- 1: the bodies are secret
) STRICT;

-- The requestIds and x-request-ids that were accepted, as hashes: texts would make this index
-- five times as large, and each of its pages is written for one call.
CREATE TABLE accepted_requests (
    key       INTEGER NOT NULL,
    execution INTEGER NOT NULL REFERENCES executions ON DELETE CASCADE,
    PRIMARY KEY (key, execution)
) STRICT, WITHOUT ROWID;
CREATE INDEX accepted_requests_by_execution ON accepted_requests (execution);

CREATE TABLE campaign_messages (
    id             INTEGER PRIMARY KEY,
    execution      INTEGER NOT NULL REFERENCES executions ON DELETE CASCADE,
    campaign_id    INTEGER NOT NULL,
    channel        TEXT NOT NULL,
    address        TEXT NOT NULL,
    namespace      TEXT NOT NULL,
    identity       TEXT NOT NULL,
    outcome        TEXT NOT NULL,
    state          TEXT NOT NULL,
    exclusion_code TEXT NOT NULL,
    exclusion      TEXT NOT NULL,
    created_at     INTEGER NOT NULL
) STRICT;
CREATE INDEX campaign_messages_by_execution ON campaign_messages (execution);

-- How many messages each campaign has in each state, kept as delivery_counts are. Messages
-- that are no longer kept still count.
CREATE TABLE message_counts (
    campaign_id INTEGER NOT NULL,
    state       TEXT NOT NULL,
    n           INTEGER NOT NULL,
    PRIMARY KEY (campaign_id, state)
) STRICT, WITHOUT ROWID;

-- A planned event's delivery belongs to a message and is due later.
ALTER TABLE deliveries ADD COLUMN message_id INTEGER;
ALTER TABLE deliveries ADD COLUMN due_at INTEGER;
CREATE INDEX deliveries_by_message ON deliveries (message_id) WHERE message_id IS NOT NULL;

ALTER TABLE receipts ADD COLUMN campaign_uuid TEXT NOT NULL DEFAULT '';
ALTER TABLE receipts ADD COLUMN execution_id TEXT NOT NULL DEFAULT '';

ALTER TABLE activities ADD COLUMN campaign_id INTEGER NOT NULL DEFAULT 0;
ALTER TABLE activities ADD COLUMN execution INTEGER NOT NULL DEFAULT 0;
