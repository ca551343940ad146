-- What others have written, such as a name, an address or a body, is bytea: PostgreSQL refuses
-- NUL and invalid UTF-8 in text, and no collation changes how bytes compare and sort. Words of
-- this program, and JSON, are text. Durations are nanoseconds.
--
-- An index of foreign bytes is on the beginning of them, because an entry has at most 2,704 bytes.

-- +goose Up
-- +goose StatementBegin

-- One row: the last ID assigned. Every transaction that assigns IDs locks it first, so that
-- IDs are in the order of the commits.
CREATE TABLE store (
    id               integer PRIMARY KEY CHECK (id = 1),
    last_id          bigint NOT NULL,
    webhooks_version bigint NOT NULL, -- changes when what is needed of a webhook to enqueue does
    key_proof        bytea, -- of the key that secrets are sealed with
    key_made_at      bytea  -- on which host, in which file, for whoever looks for it
) WITH (fillfactor = 10);
INSERT INTO store VALUES (1, 0, 0, NULL, NULL);

-- The number of the last transaction of each writer of a process, by which it finds out whether
-- a commit took place whose answer was lost.
CREATE TABLE writers (
    id   bigint PRIMARY KEY,
    done bigint NOT NULL,
    seen timestamptz NOT NULL
) WITH (fillfactor = 10);

-- The processes that deliver, receive or show.
CREATE TABLE nodes (
    id         bigint PRIMARY KEY,
    leads      boolean NOT NULL, -- it delivers and receives
    started_at timestamptz NOT NULL,
    heard_at   timestamptz NOT NULL,
    runtime    text NOT NULL -- JSON
) WITH (fillfactor = 20);

-- The local authority: the first node stores it.
CREATE TABLE authority (
    id          integer PRIMARY KEY CHECK (id = 1),
    certificate bytea NOT NULL, -- PEM
    key         bytea NOT NULL  -- sealed
);

-- Outlives the webhook, so that deliveries and receipts keep its name.
CREATE TABLE webhook_names (
    webhook_id bigint PRIMARY KEY,
    name       bytea NOT NULL
);
CREATE INDEX webhook_names_by_name ON webhook_names (substr(name, 1, 100));

CREATE TABLE webhooks (
    id             bigint PRIMARY KEY,
    version        bigint NOT NULL,
    name           bytea NOT NULL UNIQUE,
    organization   bytea NOT NULL,
    sandbox_id     bytea NOT NULL,
    sandbox_name   bytea NOT NULL,
    channels       text NOT NULL, -- comma-separated
    url            bytea NOT NULL,
    auth           text NOT NULL,
    state          text NOT NULL CHECK (state IN ('active', 'paused')),
    state_reason   bytea NOT NULL,
    revision       text NOT NULL,
    options        text NOT NULL, -- JSON: token and delivery, without secrets
    headers        bytea NOT NULL, -- header lines, secret values left out
    jwt_secret     bytea,          -- sealed
    header_secrets bytea,          -- sealed: the values left out
    created_at     timestamptz NOT NULL,
    updated_at     timestamptz NOT NULL,
    UNIQUE (organization, sandbox_name)
);

CREATE TABLE events (
    id         bigint PRIMARY KEY,
    webhook_id bigint NOT NULL,
    request_id bytea NOT NULL,
    channel    bytea NOT NULL,
    status     bytea NOT NULL,
    variant    bytea NOT NULL,
    identity   bytea NOT NULL,
    misbehave  text NOT NULL,
    created_at timestamptz NOT NULL,
    payload    bytea NOT NULL
);

-- A delivery has a next attempt if and only if it waits: queued or retrying. A planned event's
-- delivery belongs to a message and is due later.
CREATE TABLE deliveries (
    id              bigint PRIMARY KEY,
    event_id        bigint NOT NULL,
    webhook_id      bigint NOT NULL,
    replay_of       bigint NOT NULL,
    state           text NOT NULL CHECK (state IN ('queued', 'sending', 'retrying', 'delivered', 'failed', 'cancelled')),
    attempts        integer NOT NULL DEFAULT 0,
    code            integer NOT NULL DEFAULT 0,
    error_class     text NOT NULL DEFAULT '',
    error           bytea NOT NULL DEFAULT '',
    created_at      timestamptz NOT NULL,
    next_attempt_at timestamptz,
    finished_at     timestamptz,
    message_id      bigint,
    due_at          timestamptz,
    check_id        bigint,
    check_case      bytea,
    node            bigint, -- which is sending it
    CHECK ((next_attempt_at IS NOT NULL) = (state IN ('queued', 'retrying')))
);
CREATE INDEX deliveries_waiting ON deliveries (webhook_id, next_attempt_at, id) WHERE next_attempt_at IS NOT NULL;
CREATE INDEX deliveries_by_webhook ON deliveries (webhook_id, id);
CREATE INDEX deliveries_by_event ON deliveries (event_id);
CREATE INDEX deliveries_by_state ON deliveries (state, id) WHERE state IN ('sending', 'retrying', 'failed', 'cancelled');
CREATE INDEX deliveries_by_message ON deliveries (message_id) WHERE message_id IS NOT NULL;
CREATE INDEX deliveries_by_check ON deliveries (check_id) WHERE check_id IS NOT NULL;

-- How many deliveries of each webhook are in each state, because counting a million takes too
-- long. A writer changes the rows of its slot alone, so that two of them do not wait for each
-- other; the number is their sum. Likewise below.
CREATE TABLE delivery_counts (
    webhook_id bigint NOT NULL,
    state      text NOT NULL,
    slot       integer NOT NULL,
    n          bigint NOT NULL,
    PRIMARY KEY (webhook_id, state, slot)
) WITH (fillfactor = 50);

CREATE TABLE attempts (
    delivery_id      bigint NOT NULL, -- of a delivery, which the statement makes sure of at a lower cost than a constraint
    n                integer NOT NULL,
    at               timestamptz NOT NULL,
    code             integer NOT NULL,
    error_class      text NOT NULL,
    error            bytea NOT NULL,
    dns              bigint NOT NULL,
    connect          bigint NOT NULL,
    tls              bigint NOT NULL,
    first_byte       bigint NOT NULL,
    total            bigint NOT NULL,
    request_headers  bytea NOT NULL, -- header lines, secret values left out
    response_headers bytea NOT NULL,
    secrets          bytea,          -- sealed: the values left out of both
    response_body    bytea,
    response_flaw    text NOT NULL,
    PRIMARY KEY (delivery_id, n)
);

CREATE TABLE commands (
    id          bigint PRIMARY KEY,
    kind        text NOT NULL,
    delivery_id bigint NOT NULL,
    webhook_id  bigint NOT NULL
);

CREATE TABLE breakers (
    webhook_id bigint PRIMARY KEY REFERENCES webhooks ON DELETE CASCADE,
    failures   bigint NOT NULL,
    open_until timestamptz,
    wait       bigint NOT NULL
);

CREATE TABLE profiles (
    webhook_id bigint PRIMARY KEY REFERENCES webhooks ON DELETE CASCADE,
    generation bigint NOT NULL,
    profile    text NOT NULL -- JSON
);

-- The combinations of the columns that receipts are filtered by. There are few of them, so
-- one index on receipts serves every filter: choose facets, then read each one's newest.
CREATE TABLE facets (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    webhook_id bigint NOT NULL, -- 0: unmatched
    channel    text NOT NULL,   -- empty unless a known one; likewise status
    status     text NOT NULL,
    code       integer NOT NULL,
    auth       text NOT NULL,
    schema     text NOT NULL,
    target     text NOT NULL,
    headers    text NOT NULL,
    duplicate  text NOT NULL,
    "order"    text NOT NULL,
    UNIQUE (webhook_id, channel, status, code, auth, schema, target, headers, duplicate, "order")
);

CREATE TABLE receipts (
    id            bigint PRIMARY KEY,
    facet_id      bigint NOT NULL,
    received_at   timestamptz NOT NULL,
    webhook_id    bigint NOT NULL, -- 0: unmatched
    method        bytea NOT NULL,
    path          bytea NOT NULL, -- secrets masked
    proto         bytea NOT NULL,
    tls_version   text NOT NULL,
    remote        bytea NOT NULL,
    sha256        text NOT NULL,
    flaw          text NOT NULL,
    request_id    bytea NOT NULL,
    channel       bytea NOT NULL,
    status        bytea NOT NULL,
    identity      bytea NOT NULL,
    retry_count   bytea NOT NULL,
    delivery_id   bigint, -- NULL: from a foreign sender
    attempt       bigint NOT NULL,
    code          integer NOT NULL,
    verdicts      text NOT NULL, -- JSON, without the checks
    size          bigint NOT NULL, -- of the content, in bytes
    pinned        boolean NOT NULL,
    note          bytea NOT NULL,
    campaign_uuid bytea NOT NULL,
    execution_id  bytea NOT NULL,
    message       bigint, -- a hash of requestId, identity and webhook; NULL: without requestId
    headers       bytea NOT NULL, -- header lines, secret values left out
    secrets       bytea,          -- sealed: the values left out, then the path if it has secrets
    checks        text NOT NULL,  -- JSON: the checks of each verdict, by its name
    body          bytea NOT NULL
);
CREATE INDEX receipts_by_facet ON receipts (facet_id, id);
CREATE INDEX receipts_by_message ON receipts (message, id) WHERE message IS NOT NULL;
CREATE INDEX receipts_by_identity ON receipts (substr(identity, 1, 100), facet_id, id) WHERE identity <> '';
CREATE INDEX receipts_by_path ON receipts (substr(path, 1, 100), facet_id, id);
CREATE INDEX receipts_by_delivery ON receipts (delivery_id) WHERE delivery_id IS NOT NULL;
CREATE INDEX receipts_pinned ON receipts (facet_id, id) WHERE pinned;

-- The number of receipts, and the size of their contents.
CREATE TABLE receipt_counts (
    slot  integer PRIMARY KEY,
    n     bigint NOT NULL,
    bytes bigint NOT NULL
) WITH (fillfactor = 50);

-- The outcomes of answers, which are known later than the receipts: a new version of a receipt
-- would take ten times the log.
CREATE TABLE answers (
    receipt_id bigint PRIMARY KEY REFERENCES receipts ON DELETE CASCADE,
    outcome    text NOT NULL,
    duration   bigint NOT NULL
);

-- The outcome of relaying a receipt to another server. Receipts that arrived while relaying
-- was off have none.
CREATE TABLE forwards (
    receipt_id        bigint PRIMARY KEY REFERENCES receipts ON DELETE CASCADE,
    url               bytea NOT NULL,
    state             text NOT NULL CHECK (state IN ('waiting', 'answered', 'failed', 'dropped', 'withheld')),
    code              integer NOT NULL,
    duration          bigint NOT NULL,
    error             bytea NOT NULL,
    response_body     bytea, -- counted in the receipt's size
    response_flaw     text NOT NULL,
    response_type     bytea NOT NULL,
    response_encoding bytea NOT NULL,
    node              bigint  -- which is relaying it
);
CREATE INDEX forwards_waiting ON forwards (receipt_id) WHERE state = 'waiting';

CREATE TABLE activities (
    id          bigint PRIMARY KEY,
    at          timestamptz NOT NULL,
    kind        text NOT NULL,
    webhook_id  bigint NOT NULL,
    delivery_id bigint NOT NULL,
    receipt_id  bigint NOT NULL,
    text        bytea NOT NULL,
    campaign_id bigint NOT NULL,
    execution   bigint NOT NULL
);

CREATE TABLE saved_fixtures (
    name       bytea PRIMARY KEY,
    channel    bytea NOT NULL,
    status     bytea NOT NULL,
    revision   text NOT NULL,
    payload    bytea NOT NULL,
    created_at timestamptz NOT NULL
);

CREATE TABLE campaigns (
    id               bigint PRIMARY KEY,
    version          bigint NOT NULL,
    uuid             bytea NOT NULL UNIQUE,
    version_id       bytea NOT NULL,
    status           text NOT NULL CHECK (status IN ('Draft', 'Live', 'Stopped')),
    name             bytea NOT NULL UNIQUE,
    settings         text NOT NULL, -- JSON
    draft_version_id bytea NOT NULL,
    draft            text NOT NULL, -- JSON, or empty
    executions       bigint NOT NULL, -- accepted ones, also those that are no longer kept
    created_at       timestamptz NOT NULL,
    updated_at       timestamptz NOT NULL
);

-- Calls of the execution API, good and bad.
CREATE TABLE executions (
    id             bigint PRIMARY KEY,
    received_at    timestamptz NOT NULL,
    execution_id   bytea NOT NULL, -- empty unless accepted
    request_id     bytea NOT NULL,
    x_request_id   bytea NOT NULL,
    campaign_uuid  bytea NOT NULL, -- as called
    campaign_id    bigint NOT NULL, -- 0: no such campaign
    version_id     bytea NOT NULL,
    campaign       bytea NOT NULL, -- its name at the time
    organization   bytea NOT NULL,
    sandbox        bytea NOT NULL,
    method         bytea NOT NULL,
    path           bytea NOT NULL,
    proto          bytea NOT NULL,
    tls_version    text NOT NULL,
    remote         bytea NOT NULL,
    code           integer NOT NULL,
    fault          bytea NOT NULL,
    recipients     bigint NOT NULL,
    messages       bigint NOT NULL,
    events         bigint NOT NULL,
    silent         bytea NOT NULL,
    repeat_of      bigint NOT NULL, -- the execution whose answer was given again, or 0
    duration       bigint NOT NULL,
    headers        bytea NOT NULL, -- header lines, secret values left out
    answer_headers bytea NOT NULL,
    secrets        bytea,          -- sealed: the values left out of both, then the bodies if they are secret
    body           bytea NOT NULL,
    flaw           text NOT NULL,
    answer_body    bytea NOT NULL,
    sealed         boolean NOT NULL -- the bodies are secret
);
CREATE INDEX executions_by_execution_id ON executions (execution_id) WHERE execution_id <> '' AND repeat_of = 0;
CREATE INDEX executions_by_campaign ON executions (campaign_id, id);

-- The requestIds and x-request-ids that were accepted, as hashes.
CREATE TABLE accepted_requests (
    key       bigint NOT NULL,
    execution bigint NOT NULL REFERENCES executions ON DELETE CASCADE,
    PRIMARY KEY (key, execution)
);
CREATE INDEX accepted_requests_by_execution ON accepted_requests (execution);

CREATE TABLE campaign_messages (
    id             bigint PRIMARY KEY,
    execution      bigint NOT NULL REFERENCES executions ON DELETE CASCADE,
    campaign_id    bigint NOT NULL,
    channel        text NOT NULL,
    address        bytea NOT NULL,
    namespace      bytea NOT NULL,
    identity       bytea NOT NULL,
    outcome        bytea NOT NULL,
    state          bytea NOT NULL,
    exclusion_code bytea NOT NULL,
    exclusion      bytea NOT NULL,
    created_at     timestamptz NOT NULL
);
CREATE INDEX campaign_messages_by_execution ON campaign_messages (execution, id);

-- How many messages each campaign has in each state, also those that are no longer kept.
CREATE TABLE message_counts (
    campaign_id bigint NOT NULL,
    state       bytea NOT NULL,
    slot        integer NOT NULL,
    n           bigint NOT NULL,
    PRIMARY KEY (campaign_id, state, slot)
) WITH (fillfactor = 50);

-- Runs of the endpoint check. They outlive their webhook.
CREATE TABLE check_runs (
    id         bigint PRIMARY KEY,
    webhook_id bigint NOT NULL,
    webhook    bytea NOT NULL,
    url        bytea NOT NULL, -- secrets masked
    options    text NOT NULL, -- JSON
    state      text NOT NULL,
    reason     bytea NOT NULL,
    stop       bytea NOT NULL, -- why the run is to be stopped, or empty
    asked_at   timestamptz NOT NULL,
    started_at timestamptz,
    ended_at   timestamptz,
    requests   bigint NOT NULL,
    load       text NOT NULL, -- JSON
    node       bigint         -- which is running it
);
CREATE INDEX check_runs_by_webhook ON check_runs (webhook_id, id);
CREATE INDEX check_runs_open ON check_runs (id) WHERE state IN ('asked', 'running');

CREATE TABLE check_cases (
    run_id  bigint NOT NULL REFERENCES check_runs ON DELETE CASCADE,
    id      bytea NOT NULL,
    n       integer NOT NULL, -- its place in the run
    content text NOT NULL, -- JSON
    PRIMARY KEY (run_id, id)
);
-- +goose StatementEnd
