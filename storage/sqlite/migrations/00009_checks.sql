-- +goose Up

-- Runs of the endpoint check. They outlive their webhook.
CREATE TABLE check_runs (
    id         INTEGER PRIMARY KEY,
    webhook_id INTEGER NOT NULL REFERENCES webhook_names,
    webhook    TEXT NOT NULL,
    url        TEXT NOT NULL, -- secrets masked
    options    TEXT NOT NULL, -- JSON
    state      TEXT NOT NULL,
    reason     TEXT NOT NULL,
    stop       TEXT NOT NULL, -- why the run is to be stopped, or empty
    asked_at   INTEGER NOT NULL,
    started_at INTEGER,
    ended_at   INTEGER,
    requests   INTEGER NOT NULL,
    load       TEXT NOT NULL -- JSON
) STRICT;
CREATE INDEX check_runs_by_webhook ON check_runs (webhook_id);
CREATE INDEX check_runs_open ON check_runs (state) WHERE state IN ('asked', 'running');

CREATE TABLE check_cases (
    run_id  INTEGER NOT NULL REFERENCES check_runs ON DELETE CASCADE,
    id      TEXT NOT NULL,
    n       INTEGER NOT NULL, -- its place in the run
    content TEXT NOT NULL, -- JSON
    PRIMARY KEY (run_id, id)
) STRICT, WITHOUT ROWID;

ALTER TABLE deliveries ADD COLUMN check_id INTEGER;
ALTER TABLE deliveries ADD COLUMN check_case TEXT;
CREATE INDEX deliveries_by_check ON deliveries (check_id) WHERE check_id IS NOT NULL;
