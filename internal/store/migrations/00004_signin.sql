-- +goose Up

-- Whoever is signed in when the tables are brought up to date signs in again.
DELETE FROM session;

-- A person's sessions. The scs session in table session names its row here; a
-- session whose row is gone opens nothing.
CREATE TABLE signin (
	id        TEXT PRIMARY KEY,
	person    TEXT NOT NULL,
	kind      TEXT NOT NULL,
	created   BIGINT NOT NULL,
	last_seen BIGINT NOT NULL,
	step_up   BIGINT NOT NULL,
	address   TEXT NOT NULL,
	agent     TEXT NOT NULL
);
CREATE INDEX signin_person ON signin (person);
CREATE INDEX signin_created ON signin (created);

CREATE TABLE passkey (
	id        TEXT PRIMARY KEY,
	person    TEXT NOT NULL,
	name      TEXT NOT NULL,
	record    BYTEA NOT NULL,
	created   BIGINT NOT NULL,
	last_used BIGINT NOT NULL,
	cloned    BIGINT NOT NULL
);
CREATE INDEX passkey_person ON passkey (person);

CREATE TABLE oidc_link (
	issuer    TEXT NOT NULL,
	subject   TEXT NOT NULL,
	person    TEXT NOT NULL,
	created   BIGINT NOT NULL,
	last_used BIGINT NOT NULL,
	PRIMARY KEY (issuer, subject)
);
CREATE UNIQUE INDEX oidc_link_person ON oidc_link (person, issuer);

-- What waits for a browser to come back: the challenge of a passkey, the
-- journey to another sign-in server. Taken once.
CREATE TABLE ceremony (
	id      TEXT PRIMARY KEY,
	kind    TEXT NOT NULL,
	person  TEXT NOT NULL,
	address TEXT NOT NULL,
	data    BYTEA NOT NULL,
	expiry  BIGINT NOT NULL
);
CREATE INDEX ceremony_address ON ceremony (address, expiry);
CREATE INDEX ceremony_expiry ON ceremony (expiry);

-- Failures at the door, one row for what is counted. The key is a hash: what
-- people type into the field of the login is sometimes a password.
CREATE TABLE attempt (
	name  TEXT PRIMARY KEY,
	since BIGINT NOT NULL,
	n     BIGINT NOT NULL
);
CREATE INDEX attempt_since ON attempt (since);

-- Addresses from which a person has signed in.
CREATE TABLE familiar (
	person  TEXT NOT NULL,
	address TEXT NOT NULL,
	seen    BIGINT NOT NULL,
	PRIMARY KEY (person, address)
);

-- One-time ways in: for a new account, and for a person who lost his.
CREATE TABLE recovery (
	id        TEXT PRIMARY KEY,
	person    TEXT NOT NULL,
	kind      TEXT NOT NULL,
	state     TEXT NOT NULL,
	proposer  TEXT NOT NULL,
	reason    TEXT NOT NULL,
	proposed  BIGINT NOT NULL,
	confirmer TEXT NOT NULL,
	code      TEXT NOT NULL,
	expiry    BIGINT NOT NULL
);
CREATE INDEX recovery_person ON recovery (person);
CREATE INDEX recovery_code ON recovery (code);
