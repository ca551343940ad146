-- +goose Up
-- +goose StatementBegin

-- How many attempts at a time each node may make of those that a webhook allows. Those of a node
-- that is gone do not count.
CREATE TABLE shares (
    webhook_id bigint NOT NULL,
    node       bigint NOT NULL,
    held       integer NOT NULL,
    PRIMARY KEY (webhook_id, node)
) WITH (fillfactor = 50);
-- +goose StatementEnd
