-- Times are microseconds since 1970, durations nanoseconds, unless a name says otherwise.

-- +goose Up
-- +goose StatementBegin

-- One row: the last ID assigned, a proof that the key file belongs to this database, and
-- the number and size of the receipts.
CREATE TABLE store (
    id            INTEGER PRIMARY KEY CHECK (id = 1),
    last_id       INTEGER NOT NULL,
    key_proof     BLOB,
    receipts      INTEGER NOT NULL,
    receipt_bytes INTEGER NOT NULL
) STRICT;
INSERT INTO store VALUES (1, 0, NULL, 0, 0);

-- Outlives the webhook, so that deliveries and receipts keep its name.
CREATE TABLE webhook_names (
    webhook_id INTEGER PRIMARY KEY,
    name       TEXT NOT NULL
) STRICT;
CREATE INDEX webhook_names_by_name ON webhook_names (name);

CREATE TABLE webhooks (
    id             INTEGER PRIMARY KEY REFERENCES webhook_names,
    version        INTEGER NOT NULL,
    name           TEXT NOT NULL UNIQUE,
    organization   TEXT NOT NULL,
    sandbox_id     TEXT NOT NULL,
    sandbox_name   TEXT NOT NULL,
    channels       TEXT NOT NULL, -- comma-separated
    url            TEXT NOT NULL,
    auth           TEXT NOT NULL,
    state          TEXT NOT NULL CHECK (state IN ('active', 'paused')),
    state_reason   TEXT NOT NULL,
    revision       TEXT NOT NULL,
    options        TEXT NOT NULL, -- JSON: token and delivery, without secrets
    headers        BLOB NOT NULL, -- header lines, secret values left out
    jwt_secret     BLOB,          -- sealed
    header_secrets BLOB,          -- sealed: the values left out
    created_at     INTEGER NOT NULL,
    updated_at     INTEGER NOT NULL,
    UNIQUE (organization, sandbox_name)
) STRICT;

CREATE TABLE events (
    id         INTEGER PRIMARY KEY,
    webhook_id INTEGER NOT NULL REFERENCES webhook_names,
    request_id TEXT NOT NULL,
    channel    TEXT NOT NULL,
    status     TEXT NOT NULL,
    variant    TEXT NOT NULL,
    identity   TEXT NOT NULL,
    misbehave  TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    payload    BLOB NOT NULL
) STRICT;

-- A delivery has a next attempt if and only if it waits: queued or retrying.
CREATE TABLE deliveries (
    id              INTEGER PRIMARY KEY,
    event_id        INTEGER NOT NULL REFERENCES events,
    webhook_id      INTEGER NOT NULL REFERENCES webhook_names,
    replay_of       INTEGER NOT NULL,
    state           TEXT NOT NULL CHECK (state IN ('queued', 'sending', 'retrying', 'delivered', 'failed', 'cancelled')),
    attempts        INTEGER NOT NULL DEFAULT 0,
    code            INTEGER NOT NULL DEFAULT 0,
    error_class     TEXT NOT NULL DEFAULT '',
    error           TEXT NOT NULL DEFAULT '',
    created_at      INTEGER NOT NULL,
    next_attempt_at INTEGER,
    finished_at     INTEGER,
    CHECK ((next_attempt_at IS NOT NULL) = (state IN ('queued', 'retrying')))
) STRICT;
CREATE INDEX deliveries_waiting ON deliveries (webhook_id, next_attempt_at) WHERE next_attempt_at IS NOT NULL;
CREATE INDEX deliveries_by_webhook ON deliveries (webhook_id);
CREATE INDEX deliveries_by_event ON deliveries (event_id);
CREATE INDEX deliveries_by_state ON deliveries (state)
    WHERE state = 'sending' OR state = 'retrying' OR state = 'failed' OR state = 'cancelled';

-- The number of deliveries of each webhook in each state, because counting a million takes
-- too long. Each transaction that changes states updates it once: with triggers SQLite would
-- copy every page before it changes.
CREATE TABLE delivery_counts (
    webhook_id INTEGER NOT NULL,
    state      TEXT NOT NULL,
    n          INTEGER NOT NULL,
    PRIMARY KEY (webhook_id, state)
) STRICT, WITHOUT ROWID;

CREATE TABLE attempts (
    delivery_id      INTEGER NOT NULL REFERENCES deliveries ON DELETE CASCADE,
    n                INTEGER NOT NULL,
    at               INTEGER NOT NULL,
    code             INTEGER NOT NULL,
    error_class      TEXT NOT NULL,
    error            TEXT NOT NULL,
    dns              INTEGER NOT NULL,
    connect          INTEGER NOT NULL,
    tls              INTEGER NOT NULL,
    first_byte       INTEGER NOT NULL,
    total            INTEGER NOT NULL,
    request_headers  BLOB NOT NULL, -- header lines, secret values left out
    response_headers BLOB NOT NULL,
    secrets          BLOB,          -- sealed: the values left out of both
    response_body    BLOB,
    PRIMARY KEY (delivery_id, n)
) STRICT;

CREATE TABLE commands (
    id          INTEGER PRIMARY KEY,
    kind        TEXT NOT NULL,
    delivery_id INTEGER NOT NULL,
    webhook_id  INTEGER NOT NULL
) STRICT;

CREATE TABLE breakers (
    webhook_id INTEGER PRIMARY KEY REFERENCES webhooks ON DELETE CASCADE,
    failures   INTEGER NOT NULL,
    open_until INTEGER,
    wait       INTEGER NOT NULL
) STRICT;

CREATE TABLE profiles (
    webhook_id INTEGER PRIMARY KEY REFERENCES webhooks ON DELETE CASCADE,
    generation INTEGER NOT NULL,
    profile    TEXT NOT NULL -- JSON
) STRICT;

-- The combinations of the columns that receipts are filtered by. There are few of them, so
-- one index on receipts serves every filter: choose facets, then read each one's newest.
CREATE TABLE facets (
    id         INTEGER PRIMARY KEY,
    webhook_id INTEGER NOT NULL, -- 0: unmatched
    channel    TEXT NOT NULL,    -- empty unless a known one; likewise status
    status     TEXT NOT NULL,
    code       INTEGER NOT NULL,
    auth       TEXT NOT NULL,
    schema     TEXT NOT NULL,
    target     TEXT NOT NULL,
    headers    TEXT NOT NULL,
    duplicate  TEXT NOT NULL,
    "order"    TEXT NOT NULL,
    UNIQUE (webhook_id, channel, status, code, auth, schema, target, headers, duplicate, "order")
) STRICT;

CREATE TABLE receipts (
    id          INTEGER PRIMARY KEY,
    facet_id    INTEGER NOT NULL REFERENCES facets,
    received_at INTEGER NOT NULL,
    webhook_id  INTEGER NOT NULL, -- 0: unmatched
    method      TEXT NOT NULL,
    path        TEXT NOT NULL,
    proto       TEXT NOT NULL,
    tls_version TEXT NOT NULL,
    remote      TEXT NOT NULL,
    sha256      TEXT NOT NULL,
    flaw        TEXT NOT NULL,
    request_id  TEXT NOT NULL,
    channel     TEXT NOT NULL,
    status      TEXT NOT NULL,
    identity    TEXT NOT NULL,
    retry_count TEXT NOT NULL,
    delivery_id INTEGER, -- NULL: from a foreign sender
    attempt     INTEGER NOT NULL,
    code        INTEGER NOT NULL,
    outcome     TEXT NOT NULL DEFAULT '',
    duration    INTEGER NOT NULL DEFAULT 0,
    verdicts    TEXT NOT NULL, -- JSON, without the checks
    size        INTEGER NOT NULL, -- of the content, in bytes
    pinned      INTEGER NOT NULL,
    note        TEXT NOT NULL
) STRICT;
CREATE INDEX receipts_by_facet ON receipts (facet_id);
CREATE INDEX receipts_by_message ON receipts (request_id, identity, webhook_id) WHERE request_id <> '';
CREATE INDEX receipts_by_identity ON receipts (identity) WHERE identity <> '';
CREATE INDEX receipts_by_path ON receipts (path);
CREATE INDEX receipts_by_delivery ON receipts (delivery_id) WHERE delivery_id IS NOT NULL;
CREATE INDEX receipts_pinned ON receipts (pinned) WHERE pinned = 1;

-- The columns of receipts that lists do not show.
CREATE TABLE receipt_contents (
    receipt_id INTEGER PRIMARY KEY REFERENCES receipts ON DELETE CASCADE,
    headers    BLOB NOT NULL, -- header lines, secret values left out
    secrets    BLOB,          -- sealed: the values left out
    checks     TEXT NOT NULL, -- JSON: the checks of each verdict, by its name
    body       BLOB NOT NULL
) STRICT;

CREATE TABLE runtime (
    id      INTEGER PRIMARY KEY CHECK (id = 1),
    runtime TEXT NOT NULL -- JSON
) STRICT;

CREATE TABLE activities (
    id          INTEGER PRIMARY KEY,
    at          INTEGER NOT NULL,
    kind        TEXT NOT NULL,
    webhook_id  INTEGER NOT NULL,
    delivery_id INTEGER NOT NULL,
    receipt_id  INTEGER NOT NULL,
    text        TEXT NOT NULL
) STRICT;

CREATE TABLE saved_fixtures (
    name       TEXT PRIMARY KEY,
    channel    TEXT NOT NULL,
    status     TEXT NOT NULL,
    revision   TEXT NOT NULL,
    payload    BLOB NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;
-- +goose StatementEnd
