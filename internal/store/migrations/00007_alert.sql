-- +goose Up

-- Warnings: of this node's agencies, and of others'. subject is the alert's name
-- at its own node, for one that came from there.
CREATE TABLE alert (
	num       BIGINT PRIMARY KEY,
	subject   TEXT NOT NULL,
	kind      TEXT NOT NULL,
	urgency   TEXT NOT NULL,
	title     TEXT NOT NULL,
	body      TEXT NOT NULL,
	substance TEXT NOT NULL,
	structure TEXT NOT NULL,
	country   TEXT NOT NULL,
	date      BIGINT NOT NULL,
	handling  BIGINT NOT NULL,
	caveat    TEXT NOT NULL,
	exercise  BIGINT NOT NULL,
	recorded  BIGINT NOT NULL,
	person    TEXT NOT NULL,
	version   BIGINT NOT NULL,
	withdrawn BIGINT NOT NULL
);
CREATE INDEX alert_recorded ON alert (recorded, num);
INSERT INTO counter (name, value) VALUES ('alert', 0);
