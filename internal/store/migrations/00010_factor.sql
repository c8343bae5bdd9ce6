-- +goose Up

-- The app with which a person makes one-time codes. The secret is sealed with
-- the node's; step is the last one whose code was taken.
CREATE TABLE otp (
	person    TEXT PRIMARY KEY,
	secret    TEXT NOT NULL,
	created   BIGINT NOT NULL,
	last_used BIGINT NOT NULL,
	step      BIGINT NOT NULL
);

-- By how many factors a session was begun, and when the first of two proofs of
-- presence was given in it.
ALTER TABLE signin ADD COLUMN factors BIGINT NOT NULL DEFAULT 1;
ALTER TABLE signin ADD COLUMN half BIGINT NOT NULL DEFAULT 0;
UPDATE signin SET factors = 2 WHERE kind = 'passkey';
