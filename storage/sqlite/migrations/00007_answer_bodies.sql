-- +goose Up

-- What kept an endpoint's answer from being kept whole, and what must be known to read it.
ALTER TABLE attempts ADD COLUMN response_flaw TEXT NOT NULL DEFAULT '';
ALTER TABLE forwards ADD COLUMN response_flaw TEXT NOT NULL DEFAULT '';
ALTER TABLE forwards ADD COLUMN response_type TEXT NOT NULL DEFAULT '';
ALTER TABLE forwards ADD COLUMN response_encoding TEXT NOT NULL DEFAULT '';
