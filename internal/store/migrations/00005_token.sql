-- +goose Up

-- Tokens of programs. Of the secret only its digest is here; hint is the
-- beginning of the digest, by which it is found.
CREATE TABLE token (
	id        TEXT PRIMARY KEY,
	person    TEXT NOT NULL,
	name      TEXT NOT NULL,
	hint      TEXT NOT NULL,
	digest    BYTEA NOT NULL,
	scopes    TEXT NOT NULL,
	networks  TEXT NOT NULL,
	created   BIGINT NOT NULL,
	expires   BIGINT NOT NULL,
	revoked   BIGINT NOT NULL,
	last_used BIGINT NOT NULL,
	last_from TEXT NOT NULL
);
CREATE INDEX token_hint ON token (hint);
CREATE INDEX token_person ON token (person);

-- Requests with an Idempotency-Key, for a day: the fingerprint of what was
-- asked and, once it is done, what was answered. status 0: still at work.
CREATE TABLE repeat (
	actor       TEXT NOT NULL,
	name        TEXT NOT NULL,
	fingerprint BYTEA NOT NULL,
	status      BIGINT NOT NULL,
	header      TEXT NOT NULL,
	body        BYTEA NOT NULL,
	at          BIGINT NOT NULL,
	PRIMARY KEY (actor, name)
);
CREATE INDEX repeat_at ON repeat (at);
