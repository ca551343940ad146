-- +goose Up

-- How many attempts of a webhook were made in each ten seconds, by what came of them and by how
-- long they took, kept as delivery_counts are. Only those of the last minutes are kept.
CREATE TABLE attempt_tallies (
    webhook_id bigint NOT NULL,
    period     bigint NOT NULL, -- Unix time in tens of seconds
    class      text NOT NULL,
    took       bigint NOT NULL, -- nanoseconds
    slot       integer NOT NULL,
    n          bigint NOT NULL,
    PRIMARY KEY (webhook_id, period, class, took, slot)
) WITH (fillfactor = 50);
