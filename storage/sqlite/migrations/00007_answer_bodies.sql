-- +goose Up

-- Why an endpoint's answer was not stored whole, and the header fields needed to read it.
ALTER TABLE attempts ADD COLUMN response_flaw TEXT NOT NULL DEFAULT '';
ALTER TABLE forwards ADD COLUMN response_flaw TEXT NOT NULL DEFAULT '';
ALTER TABLE forwards ADD COLUMN response_type TEXT NOT NULL DEFAULT '';
ALTER TABLE forwards ADD COLUMN response_encoding TEXT NOT NULL DEFAULT '';
