-- +goose Up

-- How many attempts of a webhook were made in each ten seconds, by what came of them and by how
-- long they took, kept as delivery_counts are. Only those of the last minutes are kept.
CREATE TABLE attempt_tallies (
    webhook_id INTEGER NOT NULL,
    period     INTEGER NOT NULL, -- Unix time in tens of seconds
    class      TEXT NOT NULL,
    took       INTEGER NOT NULL,
    n          INTEGER NOT NULL,
    PRIMARY KEY (webhook_id, period, class, took)
) STRICT, WITHOUT ROWID;
